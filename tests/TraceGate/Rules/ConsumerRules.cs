using System.Diagnostics;
using Orion.Sink.Rows;

namespace OrionPlatform.TraceGate.Tests;

/// <summary>
/// Every message has exactly one processing span an attempt and subscription, which says what it was and links to what caused it.
/// </summary>
internal static class ConsumerRules
{
    private static readonly string[] s_attributes = ["correlation_id", "event.type", "event.id", "subject"];

    // A job that was put off, or handed back at shutdown, is claimed again under the same attempt.
    private static readonly string[] s_notOver = ["snoozed", "released"];

    public static IEnumerable<Finding> Judge(Evidence evidence)
    {
        var jobs = evidence.Lines.Where(l => l.LineKind == CanonicalLine.Job && evidence.Services.Contains(l.Service)).ToList();
        return [.. jobs.SelectMany(Attributes), .. jobs.SelectMany(line => Links(line, evidence)), .. Doubled(jobs),
            .. evidence.Messages.SelectMany(message => Expected(message, jobs))];
    }

    private static IEnumerable<Finding> Attributes(CanonicalLine line)
    {
        var missing = s_attributes.Where(a => line.Text(a).Length == 0).ToList();
        return missing.Count == 0
            ? []
            : [new Finding("consumer", line.Service,
                $"the processing span {TraceGateRules.Called(line)} has no {string.Join(", ", missing)}.")];
    }

    private static IEnumerable<Finding> Links(CanonicalLine line, Evidence evidence)
    {
        if (line.ParentSpanId != default)
        {
            yield return new Finding("consumer", line.Service,
                $"the processing span {TraceGateRules.Called(line)} is a child of its cause; across a bus it links.");
        }

        if (line.Links.Length == 0)
        {
            yield return new Finding("consumer", line.Service,
                $"the processing span {TraceGateRules.Called(line)} has no link to its cause.");
        }
        else if (!Array.Exists(line.Links, link => Stored(link.TraceId, evidence)))
        {
            yield return new Finding("consumer", line.Service,
                $"the processing span {TraceGateRules.Called(line)} links to a trace that is not stored.");
        }
    }

    private static bool Stored(ActivityTraceId trace, Evidence evidence) => evidence.Lines.Any(l => l.TraceId == trace);

    private static IEnumerable<Finding> Doubled(IEnumerable<CanonicalLine> jobs) => jobs
        .Where(l => l.Text("event.id").Length > 0 && !s_notOver.Contains(l.Text("job.end")))
        .GroupBy(l => (
            l.Service,
            Type: l.Text("event.type"),
            Id: l.Text("event.id"),
            To: l.Text("messaging.destination.subscription.name"),
            Attempt: l.Attributes.FirstOrDefault(a => a.Key == "attempt").Value))
        .Where(group => group.Count() > 1)
        .Select(group => new Finding("consumer", group.Key.Service,
            $"{group.Key.Type} {group.Key.Id} has {group.Count()} processing spans for one attempt, not 1."));

    private static IEnumerable<Finding> Expected(ExpectedMessage message, IEnumerable<CanonicalLine> jobs)
    {
        var processed = jobs
            .Where(l => l.Service == message.Service && l.Text("event.type") == message.EventType && l.Text("subject") == message.Subject)
            .ToList();
        return processed.Count == 0
            ? [new Finding("consumer", message.Service, $"{message.EventType} of {message.Subject} has no processing span.")]
            : message.Fails && processed.All(l => l.Status != SpanStatus.Error)
            ? [new Finding("error", message.Service,
                $"{message.EventType} of {message.Subject} failed, and no processing span says so.")]
            : [];
    }
}
