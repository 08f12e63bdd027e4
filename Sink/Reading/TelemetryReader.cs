using System.Diagnostics;

namespace OrionPlatform.Sink;

/// <summary>
/// Reads the sink's folder, whichever processes wrote it. SQLite runs on the reader's own threads, so no pool thread blocks;
/// each call opens read-only, materialises and closes: no read transaction outlives a call.
/// </summary>
public sealed class TelemetryReader : IAsyncDisposable
{
    /// <summary>A reader of that folder; it need not exist yet.</summary>
    public TelemetryReader(string directory, TimeProvider time) => throw new NotSupportedException();

    /// <summary>A value that changes whenever a writer has committed something since; cheap enough to ask every 100 ms.</summary>
    public Task<long> VersionAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>The Overview's figures over the last <paramref name="window"/> (1 minute to 30 days).</summary>
    public Task<Overview> OverviewAsync(TimeSpan window, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Canonical lines, newest first.</summary>
    public Task<Page<CanonicalLine>> LinesAsync(TraceQuery query, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>The trace with its causes and consequences; null when nothing of it is stored.</summary>
    public Task<Story?> StoryAsync(ActivityTraceId traceId, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Log records, newest first.</summary>
    public Task<Page<LogRow>> LogsAsync(LogQuery query, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>The latest heartbeat of every process seen in the last day, judged by this reader's clock.</summary>
    public Task<IReadOnlyList<HeartbeatStatus>> HeartbeatsAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Alerts, the most recently opened first; at most <paramref name="limit"/> (1 to 1,000).</summary>
    public Task<IReadOnlyList<AlertRow>> AlertsAsync(bool openOnly = true, int limit = 100, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>The loss account of every process and stream.</summary>
    public Task<IReadOnlyList<LossRow>> LossAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Stops the reader's threads.</summary>
    public ValueTask DisposeAsync() => throw new NotSupportedException();
}
