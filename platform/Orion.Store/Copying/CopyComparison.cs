using System.Globalization;

namespace Orion.Store.Copying;

/// <summary>Finds out whether two databases hold the same, and whether one holds what it did.</summary>
internal static class CopyComparison
{
    private const int ProgressRows = 10_000;

    /// <summary>Reads both sides from beginning to end.</summary>
    /// <param name="source">The source.</param>
    /// <param name="target">The target.</param>
    /// <param name="plans">The tables.</param>
    /// <param name="reached">Told how many rows of a table are read, and whether these are all.</param>
    /// <param name="cancellationToken">Interrupts it.</param>
    /// <returns>The tables, and why they are not the same; null when they are.</returns>
    public static async Task<(IReadOnlyList<CopiedTable> Tables, string? Reason)> CompareAsync(
        CopySide source, CopySide target, IReadOnlyList<TablePlan> plans, Action<TablePlan, long, bool> reached,
        CancellationToken cancellationToken)
    {
        var tables = new List<CopiedTable>();
        var reason = await target.FaultAsync();
        foreach (var plan in plans)
        {
            reached(plan, 0, false);
            var (here, there) = await DigestsAsync(source, target, plan, rows => reached(plan, rows, false), cancellationToken);
            reached(plan, here.Rows, true);
            if (here.Rows != there.Rows || here.Checksum != there.Checksum)
            {
                reason ??= $"Table {plan.Name} has {here.Rows} rows with checksum {here.Checksum} in the source, "
                    + $"{there.Rows} with {there.Checksum} in the target.";
            }

            tables.Add(new CopiedTable(plan.Name, here.Rows, here.Checksum));
        }

        return (tables, reason);
    }

    /// <summary>
    /// What a running platform always changes: who resumes a copy learns at once that the source has moved on. What changes none of it is
    /// found when all is compared.
    /// </summary>
    public static async Task<string> FingerprintAsync(CopySide source)
    {
        var there = (await source.TablesAsync()).Select(t => t.Name).ToHashSet();
        var parts = new List<string> { source.Name };
        foreach (var (table, value) in new[]
        {
            ("journal", "max(position)"), ("audit_outbox", "max(position)"), ("leader_leases", "sum(lease_until) + sum(fencing_token)"),
            ("jobs", "count(*)"), ("ops_sessions", "sum(last_seen_at)"),
        })
        {
            if (there.Contains(table))
            {
                var now = await source.Session.QueryAsync<string>($"SELECT CAST(COALESCE({value}, 0) AS TEXT) FROM {table}", null);
                parts.Add($"{table} {now[0]}");
            }
        }

        var counters = await source.CountersAsync();
        parts.AddRange(counters.Where(c => !CopySide.Followed.Contains(c.Key)).OrderBy(c => c.Key, StringComparer.Ordinal)
            .Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Key} {c.Value}")));
        return string.Join("; ", parts);
    }

    /// <summary>Reads both sides at the same time; neither is still being read when it returns or fails.</summary>
    private static async Task<(TableDigest Source, TableDigest Target)> DigestsAsync(
        CopySide source, CopySide target, TablePlan plan, Action<long> reached, CancellationToken cancellationToken)
    {
        var there = Task.Run(() => target.DigestAsync(plan.Target, null, cancellationToken), CancellationToken.None);
        try
        {
            var here = await source.DigestAsync(
                plan.Source,
                rows =>
                {
                    if (rows % ProgressRows == 0)
                    {
                        reached(rows);
                    }
                },
                cancellationToken);
            return (here, await there);
        }
        finally
        {
            await ((Task)there).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
