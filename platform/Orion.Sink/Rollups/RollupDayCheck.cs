using Orion.Sink.Rows;
using Orion.Sink.Sql;

namespace Orion.Sink.Rollups;

/// <summary>A process's check of a day's rollups against its raw rows.</summary>
/// <param name="Process">The process; each checks what it wrote.</param>
/// <param name="Day">The day, UTC.</param>
/// <param name="CheckedAt">When the check was done.</param>
/// <param name="Minutes">
/// Minutes compared: 1,440, less those that were still written to; none when raw rows of the day were lost, because a damaged file was set
/// aside.
/// </param>
/// <param name="Differences">Rollups of a minute that were not what their raw rows add up to.</param>
/// <param name="Repaired">Whether these now are (<c>Orion:Sink:RepairRollups</c>).</param>
public sealed record RollupDayCheck(string Process, DateOnly Day, DateTimeOffset CheckedAt, int Minutes, int Differences, bool Repaired)
{
    /// <summary>The first differences, at most ten; empty when the check is read back.</summary>
    public IReadOnlyList<RollupDifference> Examples { get; init; } = [];

    /// <summary>The latest check of a day by each process, by name.</summary>
    internal static List<RollupDayCheck> Latest(Database database)
    {
        // With max(), SQLite takes the other columns from the row that has it.
        using var rows = database.Prepare("""
            SELECT process, max(start), checked_at, minutes, differences, repaired
            FROM rollup_checks WHERE minutes <> 1 GROUP BY process ORDER BY process
            """);
        var checks = new List<RollupDayCheck>();
        while (rows.Step())
        {
            checks.Add(new RollupDayCheck(
                rows.Text(0)!, UnixTime.DayOf(rows.Long(1)), UnixTime.Time(rows.Long(2)),
                (int)rows.Long(3), (int)rows.Long(4), rows.Long(5) != 0));
        }

        return checks;
    }
}
