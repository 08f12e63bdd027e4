using System.Diagnostics;
using Orion.Sink.Alerts;
using Orion.Sink.Audit;
using Orion.Sink.Central;
using Orion.Sink.Events;
using Orion.Sink.Facts;
using Orion.Sink.Loss;
using Orion.Sink.Metrics;
using Orion.Sink.Otlp;
using Orion.Sink.Rollups;
using Orion.Sink.Rows;
using Orion.Sink.Segments;
using Orion.Sink.Sql;

namespace Orion.Sink.Reading;

/// <summary>
/// Reads the sink's folder, whichever processes wrote it. SQLite runs on the reader's own threads, so no pool thread blocks; each call
/// opens read-only, materialises and closes: no read transaction outlives a call.
/// </summary>
public sealed class TelemetryReader : IAsyncDisposable
{
    private readonly string _directory;
    private readonly TimeProvider _time;
    private readonly ReaderThreads _threads = new();
    private readonly VersionWatch _version;
    private readonly FolderUseRead _use;

    /// <summary>A reader of that folder; it need not exist yet.</summary>
    public TelemetryReader(string directory, TimeProvider time)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        _directory = directory;
        _time = time;
        _version = new VersionWatch(directory);
        _use = new FolderUseRead(directory, time);
    }

    /// <summary>A WAL larger than this, which writers have given up waiting for, counts as held.</summary>
    internal long HeldWalBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>A value that changes whenever a writer has committed something since; cheap enough to ask every 100 ms.</summary>
    public Task<long> VersionAsync(CancellationToken cancellationToken = default) =>
        _threads.RunAsync(_ => _version.Read(), cancellationToken);

    /// <summary>The Overview's figures over the last <paramref name="window"/> (1 minute to 30 days).</summary>
    public Task<OverviewFigures> OverviewAsync(TimeSpan window, CancellationToken cancellationToken = default)
    {
        var parts = new WindowParts(window, _time.GetUtcNow());
        return _threads.RunAsync(
            limit =>
            {
                using var database = Central(limit);
                return OverviewRead.Read(database, window, parts);
            },
            cancellationToken);
    }

    /// <summary>
    /// Figures by route or span name over the last <paramref name="window"/> (1 minute to 30 days), by service, surface and name.
    /// </summary>
    public async Task<IReadOnlyList<RouteFigures>> FiguresAsync(FiguresOf of, TimeSpan window,
        CancellationToken cancellationToken = default)
    {
        var parts = new WindowParts(window, _time.GetUtcNow());
        return await CentralAsync(database => RouteReads.Read(database, of, parts), cancellationToken);
    }

    /// <summary>
    /// Good and total of every objective that was counted over the last <paramref name="window"/> (1 minute to 30 days), by name.
    /// </summary>
    public async Task<IReadOnlyList<SloCount>> SlosAsync(TimeSpan window, CancellationToken cancellationToken = default)
    {
        var parts = new WindowParts(window, _time.GetUtcNow());
        return await CentralAsync(database => SloReads.Read(database, parts), cancellationToken);
    }

    /// <summary>The latest nightly check of each process's rollups.</summary>
    public async Task<IReadOnlyList<RollupDayCheck>> RollupChecksAsync(CancellationToken cancellationToken = default) =>
        await CentralAsync(RollupDayCheck.Latest, cancellationToken);

    /// <summary>Canonical lines, newest first.</summary>
    public Task<Page<CanonicalLine>> LinesAsync(TraceQuery query, CancellationToken cancellationToken = default) =>
        _threads.RunAsync(limit => LineReads.Read(_directory, query, limit), cancellationToken);

    /// <summary>
    /// The latest time that a row of now may have. One beyond it, which an earlier version stored for a clock that was wrong, would stay on
    /// top of every list.
    /// </summary>
    public DateTimeOffset Latest => _time.GetUtcNow() + TimeSpan.FromMinutes(TimeWindow.Ahead / UnixTime.Minute);

    /// <summary>The trace with its causes and consequences; null when nothing of it is stored.</summary>
    public Task<Story?> StoryAsync(ActivityTraceId traceId, CancellationToken cancellationToken = default) =>
        _threads.RunAsync(limit => StoryRead.Read(_directory, traceId, limit), cancellationToken);

    /// <summary>Log records, newest first.</summary>
    public Task<Page<LogRow>> LogsAsync(LogQuery query, CancellationToken cancellationToken = default) =>
        _threads.RunAsync(limit => LogReads.Read(_directory, query, limit), cancellationToken);

    /// <summary>The latest heartbeat of every process seen in the last day, judged by this reader's clock.</summary>
    public async Task<IReadOnlyList<HeartbeatStatus>> HeartbeatsAsync(CancellationToken cancellationToken = default)
    {
        var now = _time.GetUtcNow();
        var beats = await CentralAsync(
            database => HeartbeatTable.Latest(database, UnixTime.Nanos(now - TimeSpan.FromDays(1))), cancellationToken);
        return [.. beats.Select(beat => Judge(beat, now))];
    }

    /// <summary>Processes that were heard over OTLP in the last day, by service, host and instance.</summary>
    public async Task<IReadOnlyList<OtlpProcess>> OtlpProcessesAsync(CancellationToken cancellationToken = default)
    {
        var since = UnixTime.Nanos(_time.GetUtcNow() - TimeSpan.FromDays(1));
        return await CentralAsync(database => OtlpProcessTable.Read(database, since), cancellationToken);
    }

    /// <summary>Services that sent anything, log records alone too, or had a heartbeat, in the last day, by name.</summary>
    public async Task<IReadOnlyList<string>> ServicesAsync(CancellationToken cancellationToken = default)
    {
        var since = UnixTime.Nanos(_time.GetUtcNow() - TimeSpan.FromDays(1));
        return await CentralAsync(database => ServiceReads.Names(database, since), cancellationToken);
    }

    /// <summary>Alerts, the most recently opened first; at most <paramref name="limit"/> (1 to 1,000).</summary>
    public async Task<IReadOnlyList<AlertRow>> AlertsAsync(bool openOnly = true, int limit = 100,
        CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 1_000);
        return await CentralAsync(database => AlertTable.Read(database, openOnly, limit), cancellationToken);
    }

    /// <summary>Audit entries.</summary>
    public async Task<IReadOnlyList<AuditEntry>> AuditAsync(AuditQuery query, CancellationToken cancellationToken = default) =>
        await CentralAsync(database => AuditTable.Read(database, query), cancellationToken);

    /// <summary>Business events, newest first.</summary>
    public async Task<IReadOnlyList<BusinessEvent>> EventsAsync(EventQuery query, CancellationToken cancellationToken = default) =>
        await CentralAsync(database => EventTables.Read(database, query), cancellationToken);

    /// <summary>How often each tracked event happened, and by how many users, in a time range.</summary>
    public async Task<IReadOnlyList<EventCount>> TrackedAsync(DateTimeOffset from, DateTimeOffset to,
        CancellationToken cancellationToken = default) =>
        await CentralAsync(database => EventTables.Count(database, from, to), cancellationToken);

    /// <summary>The reporting copy's facts of an entity (<c>kind/id</c>), oldest first; at most <paramref name="limit"/>.</summary>
    public async Task<IReadOnlyList<FactRow>> FactsAsync(string subject, int limit = 1_000,
        CancellationToken cancellationToken = default) =>
        await CentralAsync(database => FactTable.OfSubject(database, subject, limit), cancellationToken);

    /// <summary>Position of the last fact copied; 0 when there is none.</summary>
    public async Task<long> LastFactAsync(CancellationToken cancellationToken = default) =>
        (await CentralAsync(database => new List<long> { database.QueryLong("SELECT max(position) FROM facts") }, cancellationToken))
            .FirstOrDefault();

    /// <summary>What metrics there are, by name.</summary>
    public async Task<IReadOnlyList<MetricDescription>> MetricsAsync(CancellationToken cancellationToken = default) =>
        await CentralAsync(MetricReads.Describe, cancellationToken);

    /// <summary>A metric by series and minute (at most 200 series).</summary>
    public async Task<IReadOnlyList<MetricSeries>> MetricAsync(string name, DateTimeOffset from, DateTimeOffset to,
        CancellationToken cancellationToken = default) =>
        await CentralAsync(database => MetricReads.Read(database, name, from, to), cancellationToken);

    /// <summary>How much the folder holds, and what its quota has cost.</summary>
    public Task<StorageStatus> StorageAsync(CancellationToken cancellationToken = default) => _threads.RunAsync(
        limit =>
        {
            using var database = Central(limit);
            return StorageStatus.Read(database, _directory, HeldWalBytes);
        },
        cancellationToken);

    /// <summary>The loss account of every process and stream.</summary>
    public async Task<IReadOnlyList<LossRow>> LossAsync(CancellationToken cancellationToken = default) =>
        await CentralAsync(LossTable.Read, cancellationToken);

    /// <summary>Why rows were lost, by process and stream.</summary>
    public async Task<IReadOnlyList<LossReason>> LossReasonsAsync(CancellationToken cancellationToken = default) =>
        await CentralAsync(DropReads.Read, cancellationToken);

    /// <summary>What the folder takes on disk; counted at most every ten seconds.</summary>
    public Task<FolderUse> FolderUseAsync(CancellationToken cancellationToken = default) =>
        _use.Fresh is { } fresh ? Task.FromResult(fresh) : _threads.RunAsync(
            limit => _use.Read(() =>
            {
                using var database = Central(limit);
                return StorageStatus.Read(database, _directory, HeldWalBytes);
            }),
            cancellationToken);

    /// <summary>Stops the reader's threads.</summary>
    public async ValueTask DisposeAsync()
    {
        await _threads.DisposeAsync();
        _version.Dispose();
    }

    private static HeartbeatStatus Judge(Heartbeat beat, DateTimeOffset now)
    {
        var late = now - beat.Time - (3 * beat.Interval);
        return late <= TimeSpan.Zero
            ? new HeartbeatStatus(beat, Alive: true, StaleSince: null)
            : new HeartbeatStatus(beat, Alive: false, StaleSince: late);
    }

    private Task<List<T>> CentralAsync<T>(Func<Database, List<T>> read, CancellationToken cancellationToken) => _threads.RunAsync(
        limit =>
        {
            using var database = Central(limit);
            return database is null ? [] : read(database);
        },
        cancellationToken);

    private Database? Central(ReadLimit limit)
    {
        var database = SegmentReader.TryOpenFile(SegmentFiles.CentralPath(_directory), limit);
        if (database is null)
        {
            return null;
        }

        try
        {
            if (CentralSchema.Versions.Of(database) > 0)
            {
                return database;
            }
        }
        catch
        {
            database.Dispose();
            throw;
        }

        // Just made, and not filled yet.
        database.Dispose();
        return null;
    }
}
