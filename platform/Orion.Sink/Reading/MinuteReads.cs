using System.Runtime.InteropServices;
using Orion.Sink.Central;
using Orion.Sink.Rollups;
using Orion.Sink.Rows;
using Orion.Sink.Sql;

namespace Orion.Sink.Reading;

/// <summary>
/// The public API minute by minute. Each process that serves it says how many requests a minute had and their percentile; where several
/// have a minute and say different ones, their histograms are merged.
/// </summary>
internal static class MinuteReads
{
    /// <summary>Every minute of the window, oldest first, those without a request too.</summary>
    public static List<MinuteFigures> Public(Database? database, WindowParts window)
    {
        var minutes = new Minute[window.Minutes];
        if (database is not null)
        {
            Sum(database, window, minutes);
            Merge(database, window, minutes);
        }

        var figures = new List<MinuteFigures>(minutes.Length);
        for (var i = 0; i < minutes.Length; i++)
        {
            figures.Add(new MinuteFigures(
                UnixTime.Time(window.Start + (i * UnixTime.Minute)), minutes[i].Count, minutes[i].Errors, minutes[i].P95Nanos / 1e6));
        }

        return figures;
    }

    private static void Sum(Database database, WindowParts window, Minute[] minutes)
    {
        // A file that no process of this version has opened yet has the same figures beside its histograms, by series.
        var table = CentralSchema.Versions.Of(database) >= SurfaceMinutes.Since ? "surfaces_minute" : "rollups_minute";
        using var rows = database.Prepare($"""
            SELECT r.start, r.count, r.errors, r.p95_ns FROM rollup_series s CROSS JOIN {table} r ON r.series = s.id
            WHERE s.kind = {(int)RollupKind.Surface} AND s.service = '' AND s.surface = 'public' AND r.start >= ? AND r.start < ?
            """);
        rows.Bind(1, window.Start).Bind(2, window.End);
        while (rows.Step())
        {
            var count = rows.Long(1);
            if (count > 0)
            {
                ref var minute = ref minutes[(int)((rows.Long(0) - window.Start) / UnixTime.Minute)];
                var p95 = rows.IsNull(3) ? double.NaN : rows.Double(3);

                // What is the percentile of each of two parts is that of both together. NaN equals nothing, itself included.
                minute = new Minute(
                    minute.Count + count, minute.Errors + rows.Long(2), minute.Count == 0 || minute.P95Nanos == p95 ? p95 : double.NaN);
            }
        }
    }

    private static void Merge(Database database, WindowParts window, Minute[] minutes)
    {
        using var rows = database.Prepare($"""
            SELECT r.durations FROM rollup_series s CROSS JOIN rollups_minute r ON r.series = s.id AND r.start = ?
            WHERE s.kind = {(int)RollupKind.Surface} AND s.service = '' AND s.surface = 'public'
            """);
        var durations = new LogHistogram();
        for (var i = 0; i < minutes.Length; i++)
        {
            if (double.IsNaN(minutes[i].P95Nanos))
            {
                durations.Clear();
                for (rows.Bind(1, window.Start + (i * UnixTime.Minute)); rows.Step();)
                {
                    durations.MergeBytes(rows.Blob(0));
                }

                rows.Reset();
                minutes[i] = minutes[i] with { P95Nanos = durations.Quantile(0.95) };
            }
        }
    }

    // The percentile is not a number where histograms have to be merged.
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Minute(long Count, long Errors, double P95Nanos);
}
