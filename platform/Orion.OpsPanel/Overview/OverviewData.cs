using Orion.Sink.Alerts;
using Orion.Sink.Reading;
using Orion.Sink.Rollups;
using Orion.Sink.Rows;
using Orion.Sink.ServiceLevels;
using Orion.Store.Jobs;

namespace Orion.OpsPanel.Overview;

/// <summary>All that the Overview shows, read at one moment.</summary>
public sealed record OverviewData
{
    /// <summary>When it was read.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>The figures of the public API and of every service.</summary>
    public required OverviewFigures Figures { get; init; }

    /// <summary>The figures of every route and job kind.</summary>
    public required IReadOnlyList<RouteFigures> Routes { get; init; }

    /// <summary>Every SLO and how it was met.</summary>
    public required IReadOnlyList<ObjectiveState> Objectives { get; init; }

    /// <summary>The latency that the public API's percentile has to stay below, milliseconds; null when no SLO says so.</summary>
    public required double? LatencyLimitMs { get; init; }

    /// <summary>The latest heartbeat of every process.</summary>
    public required IReadOnlyList<HeartbeatStatus> Heartbeats { get; init; }

    /// <summary>Open alerts.</summary>
    public required IReadOnlyList<AlertRow> Alerts { get; init; }

    /// <summary>The loss account.</summary>
    public required IReadOnlyList<LossRow> Losses { get; init; }

    /// <summary>The job queue by kind.</summary>
    public required IReadOnlyList<JobDepth> Queue { get; init; }

    /// <summary>What waits elsewhere.</summary>
    public required IReadOnlyList<QueueDepth> FurtherQueues { get; init; }

    /// <summary>The newest jobs that were given up.</summary>
    public required IReadOnlyList<DeadLetter> DeadLetters { get; init; }

    /// <summary>
    /// The time that the figures really cover: from the first minute with a request on, so that a young platform's rate is not diluted.
    /// </summary>
    internal TimeSpan Covered
    {
        get
        {
            var first = Figures.Minutes.FirstOrDefault(m => m.Count > 0);
            var covered = first is null ? Figures.Window : Now - first.Minute;
            return covered > Figures.Window ? Figures.Window : covered < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : covered;
        }
    }

    internal double RequestsPerSecond => Figures.PublicApi.Count / Covered.TotalSeconds;

    internal long Ready => Queue.Sum(q => q.Ready);

    internal long Dead => Queue.Sum(q => q.Dead);

    internal TimeSpan? OldestReady => Queue.Max(q => q.OldestReady);

    /// <summary>Every service that beats or has figures, by name.</summary>
    internal IEnumerable<ServiceState> Services => Heartbeats.Select(h => h.Beat.Service)
        .Concat(Figures.Services.Select(s => s.Service))
        .Distinct()
        .Order(StringComparer.Ordinal)
        .Select(name => new ServiceState(
            name, [.. Heartbeats.Where(h => h.Beat.Service == name)], Figures.Services.FirstOrDefault(s => s.Service == name)));
}

/// <summary>An SLO and how it was met.</summary>
/// <param name="Slo">The SLO.</param>
/// <param name="Window">Good and total over the window that is looked at.</param>
/// <param name="Month">Good and total over 30 days, the time its error budget is for.</param>
public sealed record ObjectiveState(Slo Slo, SloCount Window, SloCount Month);

/// <summary>One service: its processes, as their heartbeats tell, and its figures.</summary>
internal sealed record ServiceState(string Name, IReadOnlyList<HeartbeatStatus> Processes, ServiceFigures? Figures)
{
    /// <summary>A process that stopped long ago and has a live successor is history, not an outage.</summary>
    public IReadOnlyList<HeartbeatStatus> Alive => [.. Processes.Where(p => p.Alive)];

    /// <summary>When the service was last heard of.</summary>
    public DateTimeOffset? LastBeat => Processes.Count == 0 ? null : Processes.Max(p => p.Beat.Time);

    public string Health => Processes.Count == 0 ? "unknown" : Alive.Count > 0 ? "healthy" : "stale";
}
