using Orion.Sink.Central;
using Orion.Sink.Rollups;
using Orion.Sink.Rows;
using Orion.Sink.Writing;

namespace Orion.Sink;

/// <summary>Settings of the sink, section <c>Orion:Sink</c>; the folder comes from the connection string <c>telemetry</c>.</summary>
public sealed class TelemetrySinkOptions
{
    /// <summary>Folder that holds <c>telemetry.db</c> and the day segments. Made with mode 0700 when missing.</summary>
    public string Directory { get; set; } = "";

    /// <summary>Name of this process in file names and accounts, for example <c>api</c>; letters, digits, hyphen, dot.</summary>
    public string Process { get; set; } = "";

    /// <summary>
    /// What this process is in OpenTelemetry's terms: the resource of all rows that name no other. Set by code, before the first row.
    /// </summary>
    public ResourceRow Resource { get; set; } = ResourceRow.Unknown;

    /// <summary>Longest time a row waits in the buffer before it is committed.</summary>
    public TimeSpan FlushInterval { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Rows a stream's buffer holds before rows are dropped and counted.</summary>
    public int BufferRows { get; set; } = 50_000;

    /// <summary>Bytes, by a rough estimate, a stream's buffer holds before rows are dropped and counted.</summary>
    public int BufferBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Days of raw rows kept.</summary>
    public int RawDays { get; set; } = 7;

    /// <summary>Bytes the whole folder may take; past it the oldest raw day goes first, and rollups never.</summary>
    public long QuotaBytes { get; set; } = 2L * 1024 * 1024 * 1024;

    /// <summary>Days of rollups by the minute kept.</summary>
    public int RollupDays { get; set; } = 31;

    /// <summary>Days of rollups by the hour kept.</summary>
    public int HourlyRollupDays { get; set; } = 400;

    /// <summary>Days of heartbeats kept.</summary>
    public int HeartbeatDays { get; set; } = 7;

    /// <summary>Days of business events and tracked events kept.</summary>
    public int EventDays { get; set; } = 90;

    /// <summary>Days of audit entries and resolved alerts kept.</summary>
    public int AuditDays { get; set; } = 365;

    /// <summary>
    /// The objectives whose good and total rows are counted; set by code, from wherever the platform defines its objectives.
    /// </summary>
    public IReadOnlyList<SloRule> Slos { get; set; } = [];

    /// <summary>
    /// Bytes a WAL may grow to while someone's read keeps it from being copied back; see <see cref="SegmentSet"/> and
    /// <see cref="CentralDrain"/>.
    /// </summary>
    internal long MaxWalBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>
    /// Pages that a segment, or <c>telemetry.db</c> for audit entries, may have, as of its next opening; 0 is no limit. How tests fill a
    /// disk.
    /// </summary>
    internal int MaxPages { get; set; }

    /// <summary>
    /// Whether the nightly check writes what the raw rows say over rollups that say something else; otherwise it tells only.
    /// </summary>
    public bool RepairRollups { get; set; }

    /// <summary>Told of each day that was checked, on a thread of the check's own; set by code.</summary>
    public Action<RollupDayCheck>? RollupsChecked { get; set; }

    /// <summary>Says which setting is missing or out of range.</summary>
    /// <exception cref="ArgumentException">One is; the message names its key.</exception>
    public void Validate()
    {
        Require(Directory.Length > 0, "ConnectionStrings:telemetry", "must name a folder: Directory=PATH");
        Require(Process.Length is > 0 and <= 64 && Process.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_')
            && Process[0] != '.',
            "Orion:Sink:Process", $"must be 1 to 64 letters, digits, hyphens or dots, not '{Process}'");
        Require(FlushInterval >= TimeSpan.FromMilliseconds(10) && FlushInterval <= TimeSpan.FromMinutes(1),
            "Orion:Sink:FlushInterval", $"must be between 10 ms and 1 minute, not {FlushInterval}");
        Require(BufferRows is >= 1 and <= 10_000_000, "Orion:Sink:BufferRows", $"must be between 1 and 10,000,000, not {BufferRows}");
        Require(BufferBytes is >= 64 * 1024 and <= 1024 * 1024 * 1024, "Orion:Sink:BufferBytes",
            $"must be between 64 KiB and 1 GiB, not {BufferBytes}");
        Require(RawDays is >= 1 and <= 3_650, "Orion:Sink:RawDays", $"must be between 1 and 3,650, not {RawDays}");
        Require(QuotaBytes >= 1024 * 1024, "Orion:Sink:QuotaBytes", $"must be at least 1 MiB, not {QuotaBytes}");
        Require(Slos.All(s => s.Name.Length is > 0 and <= 100) && Slos.DistinctBy(s => s.Name).Count() == Slos.Count,
            "Orion:Sink:Slos", "must have names of 1 to 100 characters, each once");
        foreach (var (key, days) in (ReadOnlySpan<(string, int)>)[(nameof(RollupDays), RollupDays), (nameof(HourlyRollupDays), HourlyRollupDays), (nameof(HeartbeatDays), HeartbeatDays), (nameof(EventDays), EventDays), (nameof(AuditDays), AuditDays)])
        {
            Require(days is >= 1 and <= 36_500, $"Orion:Sink:{key}", $"must be between 1 and 36,500, not {days}");
        }
    }

    private static void Require(bool holds, string key, string rule)
    {
        if (!holds)
        {
            throw new ArgumentException($"{key} {rule}.", key);
        }
    }
}
