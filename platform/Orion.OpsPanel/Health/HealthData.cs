using Orion.Sink.Otlp;
using Orion.Sink.Reading;
using Orion.Sink.Rollups;
using Orion.Sink.Rows;
using Orion.Store.Audit;

namespace Orion.OpsPanel.Health;

/// <summary>All that the Health tab shows, read at one moment.</summary>
public sealed record HealthData
{
    /// <summary>When it was read.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>The latest heartbeat of every process.</summary>
    public required IReadOnlyList<HeartbeatStatus> Processes { get; init; }

    /// <summary>Processes that were heard over OTLP.</summary>
    public required IReadOnlyList<OtlpProcess> Heard { get; init; }

    /// <summary>The process that serves the panel.</summary>
    public required LocalVitals Local { get; init; }

    /// <summary>The loss account.</summary>
    public required IReadOnlyList<LossRow> Losses { get; init; }

    /// <summary>Why rows were lost.</summary>
    public required IReadOnlyList<LossReason> Reasons { get; init; }

    /// <summary>The latest nightly check of each process's rollups.</summary>
    public required IReadOnlyList<RollupDayCheck> Checks { get; init; }

    /// <summary>Audit entries that the audit log does not take.</summary>
    public required AuditSetAsides SetAside { get; init; }

    /// <summary>What the telemetry takes on disk.</summary>
    public required FolderUse Folder { get; init; }

    /// <summary>Live streams that are open.</summary>
    public required int Streams { get; init; }

    /// <summary>Pictures served without painting.</summary>
    public required long CacheHits { get; init; }

    /// <summary>Pictures painted.</summary>
    public required long CacheMisses { get; init; }
}
