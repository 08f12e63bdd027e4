using Orion.Sink.Rows;

namespace OrionPlatform.TraceGate.Tests;

/// <summary>What every service owes its operators, judged by what it stored. Pure: the same evidence gives the same findings.</summary>
public static class TraceGateRules
{
    /// <summary>Everything that is missing, in the order of the rules; empty when nothing is.</summary>
    public static IReadOnlyList<Finding> Judge(Evidence evidence) =>
    [
        .. Telemetry(evidence), .. Tracing(evidence), .. Correlation(evidence), .. ConsumerRules.Judge(evidence),
        .. MutationRules.Judge(evidence), .. Errors(evidence), .. SanitizeRules.Judge(evidence), .. Otlp(evidence),
    ];

    internal static string Text(this SpanRow row, string key) => row.Attributes.FirstOrDefault(a => a.Key == key).Value as string ?? "";

    internal static string Called(CanonicalLine line) => $"'{line.Name}' ({line.TraceId})";

    private static IEnumerable<Finding> Telemetry(Evidence evidence) => evidence.Services
        .Where(service => !evidence.Lines.Any(l => l.Service == service))
        .Where(service => WasAsked(evidence, service) || !evidence.Beating.Contains(service))
        .Select(service => new Finding(
            "telemetry", service,
            "stored no canonical line, nor a heartbeat where nobody asked it for anything: is AddServiceDefaults() called, and has it a "
                + "telemetry connection string or an OTLP endpoint?"));

    private static bool WasAsked(Evidence evidence, string service) =>
        evidence.Sent.Any(s => s.Service == service) || evidence.Messages.Any(m => m.Service == service);

    private static IEnumerable<Finding> Tracing(Evidence evidence)
    {
        foreach (var line in Requests(evidence))
        {
            string[] missing =
            [
                .. string.IsNullOrWhiteSpace(line.Name) ? ["name"] : (string[])[],
                .. string.IsNullOrWhiteSpace(line.Route) ? ["route"] : (string[])[],
                .. line.StatusCode is null ? ["status"] : (string[])[],
            ];
            if (missing.Length > 0)
            {
                yield return new Finding("tracing", line.Service, $"the request {Called(line)} has no {string.Join(", ", missing)}.");
            }
        }

        foreach (var sent in evidence.Sent.Where(s => evidence.Services.Contains(s.Service)))
        {
            var lines = Requests(evidence).Count(l => IsOf(l, sent));
            if (lines != 1)
            {
                yield return new Finding("tracing", sent.Service, $"{sent.Request} left {lines} canonical lines, not 1.");
            }
        }
    }

    private static IEnumerable<Finding> Correlation(Evidence evidence) =>
    [
        .. Requests(evidence).Where(l => string.IsNullOrEmpty(l.CorrelationId))
            .Select(l => new Finding("correlation", l.Service, $"the request {Called(l)} has no correlation id.")),
        .. evidence.Sent.Where(s => s.EchoedId != s.CorrelationId)
            .Select(s => new Finding("correlation", s.Service,
                $"{s.Request} was answered with X-Correlation-ID {s.EchoedId ?? "missing"}, not {s.CorrelationId}.")),
    ];

    private static IEnumerable<Finding> Errors(Evidence evidence)
    {
        foreach (var line in evidence.Lines.Where(l => evidence.Services.Contains(l.Service) && HasFailed(l)))
        {
            if (line.Status != SpanStatus.Error)
            {
                yield return new Finding("error", line.Service,
                    $"{Called(line)} failed ({line.StatusCode?.ToString() ?? line.Outcome}), but its span's status is {line.Status}.");
            }

            if (string.IsNullOrEmpty(line.ErrorCode))
            {
                yield return new Finding("error", line.Service,
                    $"{Called(line)} failed ({line.StatusCode?.ToString() ?? line.Outcome}) without an error_code.");
            }
        }

        foreach (var sent in evidence.Sent.Where(s => s.Status >= 400))
        {
            if (sent.ErrorCode is null)
            {
                yield return new Finding("error", sent.Service, $"{sent.Request} was answered {sent.Status} without an error_code.");
            }
            else if (Requests(evidence).FirstOrDefault(l => IsOf(l, sent)) is { } line && line.ErrorCode != sent.ErrorCode)
            {
                yield return new Finding("error", sent.Service,
                    $"{sent.Request} was answered {sent.ErrorCode}, but its line says {line.ErrorCode ?? "nothing"}.");
            }
        }
    }

    private static IEnumerable<Finding> Otlp(Evidence evidence) => evidence.Services.Where(service => !evidence.Exporting.Contains(service))
        .Select(service => new Finding("otlp", service, "sent nothing to the endpoint in OTEL_EXPORTER_OTLP_ENDPOINT."));

    private static bool HasFailed(CanonicalLine line) =>
        line.StatusCode >= 500 || line.Outcome is "error" || (line.LineKind == CanonicalLine.Job && line.Outcome is "timeout");

    private static bool IsOf(CanonicalLine line, SentRequest sent) =>
        line.Service == sent.Service && line.Surface == sent.Surface && line.CorrelationId == sent.CorrelationId;

    private static IEnumerable<CanonicalLine> Requests(Evidence evidence) =>
        evidence.Lines.Where(l => l.LineKind == CanonicalLine.Request && evidence.Services.Contains(l.Service));
}
