using Orion.Sink.Loss;
using Orion.Sink.Reading;
using Orion.Sink.Rollups;
using Orion.Sink.Rows;
using Orion.Sink.Segments;
using Orion.Sink.Sql;

namespace Orion.Sink.Central;

/// <summary>
/// What the next run does after one that was killed: it takes the rows that were handed over from the counts that the run left, the stored
/// ones from the segments, which are exact, enters what is unaccounted for as lost, and rebuilds the rollups of the minutes in which the
/// other run ended.
/// </summary>
internal static class Recovery
{
    // A killed run had written its rollups at most a flush interval ago; the minute before covers rows that came late.
    private const long Back = 2 * UnixTime.Minute;
    private const int MaxMinutes = 15;

    /// <param name="central">The file, within a transaction.</param>
    /// <param name="directory">The folder.</param>
    /// <param name="process">This process.</param>
    /// <param name="run">This run of it.</param>
    /// <param name="counts">The counts that earlier runs left.</param>
    /// <param name="check">Rebuilds rollups; null once this run has stored rows, which would be counted with those of the run
    /// before.</param>
    /// <param name="now">The time.</param>
    public static void Run(
        Database central, string directory, string process, string run, IReadOnlyList<(string Path, string Run)> counts, RollupCheck? check,
        long now)
    {
        foreach (var (path, earlier) in counts)
        {
            // Of a run that could not even begin its account; when its file was last known to change says where its rollups may be wanting.
            var seen = Math.Min(now, UnixTime.Nanos(new DateTimeOffset(File.GetLastWriteTimeUtc(path))));
            foreach (var (stream, rows) in RunCounts.Read(path))
            {
                LossTable.RaiseHanded(central, process, earlier, stream, rows, seen);
            }
        }

        var last = long.MaxValue;
        foreach (var (earlier, updated) in Unended(central, process, run))
        {
            foreach (var (stream, rows) in StoredRows(directory, process, earlier))
            {
                LossTable.RaiseStored(central, process, earlier, stream, rows);
            }

            last = Math.Min(last, updated);
        }

        LossTable.CloseEarlierRuns(central, process, run);
        foreach (var stream in Streams.Raw)
        {
            // This run is on record before its first row is: a kill before its first account would leave rows that nobody looks for.
            LossTable.Write(central, process, run, new StreamAccount(stream), now, ended: false);
        }

        if (check is not null && last != long.MaxValue)
        {
            var from = UnixTime.Floor(last - Back, UnixTime.Minute);
            for (var minute = from; minute <= now && minute < from + (MaxMinutes * UnixTime.Minute); minute += UnixTime.Minute)
            {
                check.Run(central, minute, repair: true, now);
            }
        }
    }

    private static List<(string Run, long Updated)> Unended(Database central, string process, string run)
    {
        using var rows = central.Prepare(
            "SELECT run, max(updated) FROM loss_account WHERE process = ? AND run <> ? AND ended = 0 GROUP BY run");
        rows.Bind(1, process).Bind(2, run);
        var runs = new List<(string, long)>();
        while (rows.Step())
        {
            runs.Add((rows.Text(0)!, rows.Long(1)));
        }

        return runs;
    }

    private static Dictionary<string, long> StoredRows(string directory, string process, string run)
    {
        var stored = new Dictionary<string, long>();
        var segments = new SegmentReads(directory, new ReadLimit());
        foreach (var path in SegmentFiles.Days(directory).SelectMany(day => SegmentFiles.Parts(directory, day, process)))
        {
            // What cannot be read adds nothing: of its rows the account has those that the run had noted before it was killed.
            segments.Read(path, segment =>
            {
                using var rows = segment.Database.Prepare("SELECT stream, rows FROM stored_rows WHERE run = ?").Bind(1, run);
                while (rows.Step())
                {
                    stored[rows.Text(0)!] = stored.GetValueOrDefault(rows.Text(0)!) + rows.Long(1);
                }
            });
        }

        return stored;
    }
}
