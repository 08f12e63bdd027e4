using Npgsql;

namespace Orion.Store.Postgres;

/// <summary>Finds out how a commit ended whose answer never came.</summary>
internal static class LostCommit
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// Whether it was committed. Asks for as long as the database is away or the transaction under way, until the patience ends.
    /// </summary>
    /// <exception cref="StoreOutcomeUnknownException">It cannot be found out.</exception>
    public static async Task<bool> WasCommittedAsync(
        NpgsqlDataSource source, Begun transaction, Exception lost, Func<TimeSpan> waited, TimeSpan patience)
    {
        while (true)
        {
            try
            {
                if (await AskAsync(source, transaction, lost) is { } outcome)
                {
                    return outcome;
                }
            }
            catch (Exception e) when (PostgresErrors.Of(e) == PostgresError.Away)
            {
                // Not back yet.
            }

            if (waited() > patience)
            {
                throw Unknown($"has been away for {waited().TotalSeconds:0.#} s", lost);
            }

            await Task.Delay(s_pause, CancellationToken.None);
        }
    }

    private static async Task<bool?> AskAsync(NpgsqlDataSource source, Begun transaction, Exception lost)
    {
        // A server that crashed has forgotten the numbers of transactions that had not reached its disk, and gives them again: after a
        // crash or a failover "committed" may be said of another's. (Statistics begin anew after a crash.)
        await using var command = source.CreateCommand(
            $"SELECT pg_xact_status('{transaction.Number}'::xid8), {Begun.CurrentTimeline} = '{transaction.Timeline}' "
            + "AND GREATEST(pg_postmaster_start_time(), (SELECT stats_reset FROM pg_stat_bgwriter)) "
            + $"< to_timestamp({transaction.Now.ToUnixTimeMilliseconds()} / 1000.0)");
        try
        {
            await using var reader = await command.ExecuteReaderAsync();
            await reader.ReadAsync();
            return (reader.IsDBNull(0) ? "" : reader.GetString(0), reader.GetBoolean(1)) switch
            {
                ("committed", true) => true,
                ("aborted", _) => false,
                ("in progress", _) => null,
                _ => throw Unknown("crashed or was replaced", lost),
            };
        }
        catch (PostgresException future) when (future.SqlState == PostgresErrorCodes.InvalidParameterValue)
        {
            // No transaction has had that number yet: it was lost with the crash.
            return false;
        }
    }

    private static StoreOutcomeUnknownException Unknown(string why, Exception lost) => new(
        $"The database went away while it committed, and {why}: whether the write was done is not known. "
        + "It was done wholly or not at all.",
        lost);
}
