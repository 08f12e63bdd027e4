using System.Globalization;
using Orion.Sink.Central;
using Orion.Sink.Segments;
using Orion.Sink.Sql;
using Orion.Sink.Writing;

namespace Orion.Sink.Reading;

/// <summary>How much the sink's folder holds.</summary>
/// <param name="Bytes">Bytes of all its files.</param>
/// <param name="OldestDay">The oldest day of raw rows; null when there is none.</param>
/// <param name="RemovedForQuota">The last day that went because the quota was reached; null when none has.</param>
/// <param name="OverQuota">Whether raw rows are dropped now because today's alone exceed the quota.</param>
/// <param name="SetAside">Damaged files that were set aside.</param>
/// <param name="Held">Files whose WAL someone's read keeps from being copied back.</param>
/// <param name="RemovedAhead">The last day of raw rows that went because it lay too far ahead of the clock; null when none has.</param>
/// <param name="RowsRemovedAhead">Rows of the small tables that went for that reason.</param>
public sealed record StorageStatus(long Bytes, DateOnly? OldestDay, string? RemovedForQuota, bool OverQuota, IReadOnlyList<string> SetAside,
    IReadOnlyList<HeldFile> Held, string? RemovedAhead, long RowsRemovedAhead)
{
    internal static StorageStatus Read(Database? central, string directory, long heldWalBytes)
    {
        var days = SegmentFiles.Days(directory);
        return new StorageStatus(
            SegmentFiles.Bytes(directory), days.Count > 0 ? days[^1] : null, Metadata(central, Retention.RemovedKey),
            Metadata(central, Retention.OverKey) == "true",
            Directory.Exists(directory)
                ? [.. Directory.EnumerateFiles(directory, "*.corrupt-*", SearchOption.AllDirectories)
                    .Select(f => Path.GetRelativePath(directory, f)).Order(StringComparer.Ordinal)]
                : [],
            HeldFile.Find(directory, heldWalBytes), Metadata(central, Retention.AheadKey),
            long.TryParse(Metadata(central, CentralRetention.AheadKey), CultureInfo.InvariantCulture, out var rows) ? rows : 0);
    }

    private static string? Metadata(Database? central, string key)
    {
        using var rows = central?.Prepare("SELECT value FROM _observability_metadata WHERE key = ?").Bind(1, key);
        return rows is not null && rows.Step() ? rows.Text(0) : null;
    }
}
