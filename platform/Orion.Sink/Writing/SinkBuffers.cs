using Orion.Sink.Central;
using Orion.Sink.Events;
using Orion.Sink.Loss;
using Orion.Sink.Metrics;
using Orion.Sink.Rollups;
using Orion.Sink.Rows;

namespace Orion.Sink.Writing;

/// <summary>The buffers of all streams of a process.</summary>
internal sealed class SinkBuffers
{
    // What is small and rare needs little room: 10,000 rows are minutes of a database that cannot be written.
    private const int CentralRows = 10_000;
    private const int CentralBytes = 16 * 1024 * 1024;

    public SinkBuffers(TelemetrySinkOptions options, TimeProvider time, Action wake)
    {
        Lines = new(
            Streams.Lines, options.BufferRows, options.BufferBytes, r => r.Tenant, RowSizes.Of, wake, r => new(r.Resource, r.Scope));
        Spans = new(
            Streams.Spans, options.BufferRows, options.BufferBytes, r => r.Tenant, RowSizes.Of, wake, r => new(r.Resource, r.Scope));
        Logs = new(
            Streams.Logs, options.BufferRows, options.BufferBytes, r => r.Tenant, RowSizes.Of, wake, r => new(r.Resource, r.Scope));
        Metrics = new(
            Streams.Metrics, options.BufferRows, options.BufferBytes, _ => null, RowSizes.Of, wake, r => new(r.Resource, r.Scope));
        Heartbeats = new(new(Streams.Heartbeats, CentralRows, CentralBytes, _ => null, _ => 0, wake), HeartbeatTable.Write);
        Events = new(
            new(Streams.Events, CentralRows, CentralBytes, e => e.Tenant, e => (e.Details?.Length ?? 0) * 2, wake), EventTables.Write);
        Tracked = new(
            new(Streams.Tracked, CentralRows, CentralBytes, e => e.Tenant, e => RowSizes.Of(e.Properties), wake), EventTables.Write);
        Central = [Heartbeats, Events, Tracked];
        LeftOut = new(options.Slos);
        Heard = new(time);
    }

    /// <summary>What sampling left out of <see cref="Lines"/> and <see cref="Spans"/>.</summary>
    public LeftOutFold LeftOut { get; }

    public StreamBuffer<CanonicalLine> Lines { get; }

    public StreamBuffer<SpanRow> Spans { get; }

    public StreamBuffer<LogRow> Logs { get; }

    public StreamBuffer<MetricPoint> Metrics { get; }

    public CentralStream<Heartbeat> Heartbeats { get; }

    public CentralStream<BusinessEvent> Events { get; }

    public CentralStream<TrackedEvent> Tracked { get; }

    public ICentralStream[] Central { get; }

    /// <summary>Who sends OTLP. Not a stream: what is heard is added up, and a name more or less is no row that is lost.</summary>
    public HeardProcesses Heard { get; }

    public StreamAccount[] RawAccounts() => [Lines.Account(), Spans.Account(), Logs.Account(), Metrics.Account()];

    public StreamAccount[] Accounts() => [.. RawAccounts(), Heartbeats.Buffer.Account(), Events.Buffer.Account(), Tracked.Buffer.Account()];

    /// <summary>Notes there what every stream is handed, or, without counts, nowhere any more.</summary>
    public unsafe void NoteIn(RunCounts? counts)
    {
        Lines.NoteAt(Of(Streams.Lines));
        Spans.NoteAt(Of(Streams.Spans));
        Logs.NoteAt(Of(Streams.Logs));
        Metrics.NoteAt(Of(Streams.Metrics));
        Heartbeats.Buffer.NoteAt(Of(Streams.Heartbeats));
        Events.Buffer.NoteAt(Of(Streams.Events));
        Tracked.Buffer.NoteAt(Of(Streams.Tracked));

        long* Of(string stream) => counts is null ? null : counts.CountOf(stream);
    }

    /// <summary>Counts a row of that stream that never came to be.</summary>
    public void CountDropped(string stream, string reason)
    {
        switch (stream)
        {
            case Streams.Lines:
                Lines.CountProducedAndDropped(reason, null);
                break;
            case Streams.Spans:
                Spans.CountProducedAndDropped(reason, null);
                break;
            case Streams.Logs:
                Logs.CountProducedAndDropped(reason, null);
                break;
            case Streams.Metrics:
                Metrics.CountProducedAndDropped(reason, null);
                break;
            case Streams.Events:
                Events.Buffer.CountProducedAndDropped(reason, null);
                break;
            case Streams.Tracked:
                Tracked.Buffer.CountProducedAndDropped(reason, null);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(stream), stream, "No such stream.");
        }
    }

    /// <summary>Empties the buffers of raw rows and counts them as dropped.</summary>
    public void DropRaw(string reason)
    {
        Lines.CountDropped(reason, Lines.Take().Span);
        Spans.CountDropped(reason, Spans.Take().Span);
        Logs.CountDropped(reason, Logs.Take().Span);
        Metrics.CountDropped(reason, Metrics.Take().Span);
    }

    /// <summary>Moves the figures of what sampling left out, and counts it.</summary>
    public void TakeLeftOut(RollupFold fold, Func<TimeWindow> window)
    {
        var (lines, spans) = LeftOut.MoveTo(fold, window);
        Lines.CountSampledOut(lines);
        Spans.CountSampledOut(spans);
    }

    public void Close()
    {
        LeftOut.Close();
        Heard.Close();
        Lines.Close();
        Spans.Close();
        Logs.Close();
        Metrics.Close();
        foreach (var stream in Central)
        {
            stream.Close();
        }
    }
}
