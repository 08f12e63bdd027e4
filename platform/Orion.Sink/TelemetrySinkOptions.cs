using System.ComponentModel.DataAnnotations;
using Orion.Sink.Central;
using Orion.Sink.Rollups;
using Orion.Sink.Rows;
using Orion.Sink.Writing;

namespace Orion.Sink;

/// <summary>Settings of the sink, section <c>Orion:Sink</c>; the folder comes from the connection string <c>telemetry</c>.</summary>
public sealed class TelemetrySinkOptions : IValidatableObject
{
    /// <summary>The section's name.</summary>
    public const string Section = "Orion:Sink";

    /// <summary>Folder that holds <c>telemetry.db</c> and the day segments. Made with mode 0700 when missing.</summary>
    public string Directory { get; set; } = "";

    /// <summary>Name of this process in file names and accounts, for example <c>api</c>; letters, digits, hyphen, dot.</summary>
    public string Process { get; set; } = "";

    /// <summary>
    /// What this process is in OpenTelemetry's terms: the resource of all rows that name no other. Set by code, before the first row.
    /// </summary>
    public ResourceRow Resource { get; set; } = ResourceRow.Unknown;

    /// <summary>Longest time a row waits in the buffer before it is committed.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00",
        ErrorMessage = "Orion:Sink:FlushInterval must lie between 00:00:00.010 and 00:01:00.")]
    public TimeSpan FlushInterval { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Rows a stream's buffer holds before rows are dropped and counted.</summary>
    [Range(1, 10_000_000, ErrorMessage = "Orion:Sink:BufferRows must lie between 1 and 10000000.")]
    public int BufferRows { get; set; } = 50_000;

    /// <summary>Bytes, by a rough estimate, a stream's buffer holds before rows are dropped and counted.</summary>
    [Range(65_536, 1_073_741_824, ErrorMessage = "Orion:Sink:BufferBytes must lie between 65536 and 1073741824.")]
    public int BufferBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Days of raw rows kept.</summary>
    [Range(1, 3_650, ErrorMessage = "Orion:Sink:RawDays must lie between 1 and 3650.")]
    public int RawDays { get; set; } = 7;

    /// <summary>Bytes the whole folder may take; past it the oldest raw day goes first, and rollups never.</summary>
    [Range(1_048_576, double.MaxValue, ErrorMessage = "Orion:Sink:QuotaBytes must be at least 1048576.")]
    public long QuotaBytes { get; set; } = 2L * 1024 * 1024 * 1024;

    /// <summary>Days of rollups by the minute kept.</summary>
    [Range(1, 36_500, ErrorMessage = "Orion:Sink:RollupDays must lie between 1 and 36500.")]
    public int RollupDays { get; set; } = 31;

    /// <summary>Days of rollups by the hour kept.</summary>
    [Range(1, 36_500, ErrorMessage = "Orion:Sink:HourlyRollupDays must lie between 1 and 36500.")]
    public int HourlyRollupDays { get; set; } = 400;

    /// <summary>Days of heartbeats kept.</summary>
    [Range(1, 36_500, ErrorMessage = "Orion:Sink:HeartbeatDays must lie between 1 and 36500.")]
    public int HeartbeatDays { get; set; } = 7;

    /// <summary>Days of business events and tracked events kept.</summary>
    [Range(1, 36_500, ErrorMessage = "Orion:Sink:EventDays must lie between 1 and 36500.")]
    public int EventDays { get; set; } = 90;

    /// <summary>Days of audit entries and resolved alerts kept.</summary>
    [Range(1, 36_500, ErrorMessage = "Orion:Sink:AuditDays must lie between 1 and 36500.")]
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

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Directory.Length == 0)
        {
            yield return new("ConnectionStrings:telemetry must name a folder: Directory=PATH.", [nameof(Directory)]);
        }

        if (Process.Length is 0 or > 64 || Process[0] == '.' || !Process.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_'))
        {
            yield return new($"Orion:Sink:Process must be 1 to 64 letters, digits, hyphens or dots, not '{Process}'.", [nameof(Process)]);
        }

        if (Slos.Any(s => s.Name.Length is 0 or > 100) || Slos.DistinctBy(s => s.Name).Count() != Slos.Count)
        {
            yield return new("Orion:Sink:Slos must have names of 1 to 100 characters, each once.", [nameof(Slos)]);
        }
    }

    /// <summary>For settings that no host has checked.</summary>
    /// <exception cref="ArgumentException">A setting is missing or out of range; the message names its key.</exception>
    internal static void ThrowIfInvalid(TelemetrySinkOptions options)
    {
        var problems = new List<ValidationResult>();
        if (!Validator.TryValidateObject(options, new ValidationContext(options), problems, validateAllProperties: true))
        {
            throw new ArgumentException(string.Join(' ', problems.Select(p => p.ErrorMessage)), nameof(options));
        }
    }
}
