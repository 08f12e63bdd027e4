using Orion.Sink;
using Orion.Sink.Audit;
using Orion.Sink.Events;
using Orion.Sink.Facts;
using Orion.Sink.Loss;
using Orion.Sink.Metrics;
using Orion.Sink.Otlp;
using Orion.Sink.Rows;
using Orion.Telemetry.Audit;
using Orion.Telemetry.Logs;

namespace Orion.Telemetry.Tracing;

/// <summary>
/// The way of every record into the telemetry store: redacts it, once, then hands it on. In a service without a store what it is given is
/// cleaned for the rings and goes no further. Nothing here throws because telemetry failed, and nothing waits for a disk but
/// <see cref="AuditAsync"/>.
/// </summary>
public sealed class TelemetryWriter
{
    /// <summary>The loss account's reason for a record that could not be cleaned.</summary>
    internal const string Reason = "redaction";

    private readonly Redactor _redactor;
    private readonly TraceRing _traces;
    private readonly LogRing _logs;

    internal TelemetryWriter(Redactor redactor, TraceRing traces, LogRing logs, TelemetrySink? sink)
    {
        (_redactor, _traces, _logs, Sink) = (redactor, traces, logs, sink);
    }

    /// <summary>The store; null in a service without one.</summary>
    internal TelemetrySink? Sink { get; }

    /// <summary>Hands over a heartbeat.</summary>
    public void Record(Heartbeat beat)
    {
        ArgumentNullException.ThrowIfNull(beat);
        Sink?.Record(_redactor.Clean(beat));
    }

    /// <summary>Hands over what came by OTLP.</summary>
    public void Record(OtlpRowBatch rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (!TryClean(rows))
        {
            return;
        }

        foreach (var heard in rows.Heard)
        {
            Sink?.Record(heard);
        }

        foreach (var span in rows.Spans)
        {
            Clean(span, static (redactor, row) => redactor.Clean(row), static (sink, row) =>
                sink.Record(row), span is CanonicalLine ? Streams.Lines : Streams.Spans);
        }

        foreach (var log in rows.Logs)
        {
            Clean(log, static (redactor, row) => redactor.Clean(row), static (sink, row) => sink.Record(row), Streams.Logs);
        }

        foreach (var point in rows.Points)
        {
            Record(point);
        }
    }

    /// <summary>Hands over a metric point; one that cannot be stored is counted as dropped (<c>invalid</c>).</summary>
    public void Record(MetricPoint point) =>
        Clean(point, static (redactor, row) => redactor.Clean(row), static (sink, row) => sink.Metrics.TryRecord(row), Streams.Metrics);

    /// <summary>Hands over a business event.</summary>
    public void LogEvent(BusinessEvent item) =>
        Clean(item, static (redactor, row) => redactor.Clean(row), static (sink, row) => sink.LogEvent(row), Streams.Events);

    /// <summary>Hands over a product event for analytics.</summary>
    /// <param name="name">Its name: <c>signup_completed</c>.</param>
    /// <param name="user">Who did it: an opaque id.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="properties">Values are string, bool, long, double, or arrays of these.</param>
    public void Track(string name, string? user = null, string? tenant = null, params KeyValuePair<string, object?>[] properties) =>
        Clean(
            new TrackedEvent { Name = name, User = user, Tenant = tenant, Properties = properties },
            static (redactor, row) => redactor.Clean(row), static (sink, row) =>
                sink.Track(row.Name, row.User, row.Tenant, row.Properties), Streams.Tracked);

    /// <summary>Copies journal facts for reporting; a fact that is there already stays as it is, so a copy may be repeated.</summary>
    /// <returns>Whether they are committed; false in a service without a store.</returns>
    public Task<bool> CopyFactsAsync(IReadOnlyList<FactRow> facts, CancellationToken cancellationToken = default) =>
        Sink is { } sink ? sink.CopyFactsAsync([.. facts.Select(_redactor.Clean)], cancellationToken) : Task.FromResult(false);

    /// <summary>Stores an audit entry; the task completes when it is durable.</summary>
    /// <exception cref="AuditMetadataException">Its metadata has a key that is not allowed; nothing is stored.</exception>
    /// <exception cref="AuditUnavailableException">It is not stored and will not be.</exception>
    public Task AuditAsync(AuditEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        _redactor.Clean(entry);
        return Sink is { } sink ? sink.Audit.LogAsync(entry) : throw new AuditUnavailableException("This service has no telemetry folder.");
    }

    /// <summary>Hands over a span that is clean.</summary>
    internal void Store(SpanRow span) => Sink?.Record(span);

    /// <summary>Hands over a request or job that is clean.</summary>
    internal void Store(CanonicalLine line, IReadOnlyList<SpanRow> spans)
    {
        if (Sink is { } sink)
        {
            foreach (var span in spans)
            {
                sink.Record(span);
            }

            sink.Record(line);
        }

        _traces.Add(new LocalTrace(line, spans));
    }

    /// <summary>Hands over a log record that is clean.</summary>
    internal void Store(LogRow log)
    {
        Sink?.Record(log);
        _logs.Add(log);
    }

    /// <summary>Counts a span or line that sampling left out; the row stays the caller's.</summary>
    internal void LeaveOut(SpanRow row)
    {
        if (Sink is { } sink)
        {
            _redactor.CleanLabels(row);
            sink.Record(row);
        }
    }

    /// <summary>Counts a record that could not be cleaned.</summary>
    internal void CountDropped(string stream) => Sink?.CountDropped(stream, Reason);

    /// <summary>Cleans what the rows come from; where that fails none of them may be stored.</summary>
    private bool TryClean(OtlpRowBatch rows)
    {
        try
        {
            var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
            foreach (var heard in rows.Heard)
            {
                seen.Add(heard.Resource);
                _redactor.Clean(heard);
            }

            foreach (var (resource, scope) in rows.Spans.Select(s => (s.Resource, s.Scope))
                .Concat(rows.Logs.Select(l => (l.Resource, l.Scope)))
                .Concat(rows.Points.Select(p => (p.Resource, p.Scope))))
            {
                if (resource is not null && seen.Add(resource))
                {
                    _redactor.Clean(resource);
                }

                if (scope is not null && seen.Add(scope))
                {
                    _redactor.Clean(scope);
                }
            }

            return true;
        }
        catch (Exception)
        {
            foreach (var row in rows.Spans)
            {
                CountDropped(row is CanonicalLine ? Streams.Lines : Streams.Spans);
            }

            rows.Logs.ToList().ForEach(_ => CountDropped(Streams.Logs));
            rows.Points.ToList().ForEach(_ => CountDropped(Streams.Metrics));
            return false;
        }
    }

    private void Clean<T>(T row, Action<Redactor, T> clean, Action<TelemetrySink, T> hand, string stream)
    {
        ArgumentNullException.ThrowIfNull(row);
        if (Sink is not { } sink)
        {
            return;
        }

        try
        {
            clean(_redactor, row);
        }
        catch (Exception)
        {
            // What could not be cleaned is never stored, and its caller's request never fails for it.
            CountDropped(stream);
            return;
        }

        hand(sink, row);
    }
}
