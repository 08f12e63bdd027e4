using System.Globalization;
using Npgsql;

namespace Orion.Store.Postgres;

/// <summary>
/// What is added to the positions that transactions' numbers make. Numbers are the server's: where a dump is restored, or a store copied
/// to, they may be lower than those that the positions in it were made of. Then the base is raised, since new positions have to be higher
/// than all that followers know, and those that are there have to be settled.
/// </summary>
internal static class PositionBase
{
    private const int Bits = PostgresDialect.BitsInTransaction;

    // Every position there is. Those that were removed from the outbox are in nobody's way.
    private const string Highest = "GREATEST((SELECT max(position) FROM journal), (SELECT max(position) FROM audit_outbox), "
        + "(SELECT max(position) FROM audit_set_aside), 0)";

    /// <summary>The lowest position that no transaction can have got yet.</summary>
    public static readonly string Next = $"((pg_snapshot_xmax(pg_current_snapshot())::text::bigint << {Bits}) + position_base())";

    /// <summary>Raises it where a position is not below what the server would give next.</summary>
    /// <param name="connection">A connection that is in no transaction.</param>
    /// <param name="lockSql">Takes the lock of those who change the schema, until the end of the transaction.</param>
    public static async Task RaiseIfBehindAsync(NpgsqlConnection connection, string lockSql)
    {
        // The tables of a test's own schema follow nobody.
        if (!await AskAsync<bool>(connection, "SELECT to_regproc('position_base') IS NOT NULL")
            || !await AskAsync<bool>(connection, $"SELECT {Highest} >= {Next}"))
        {
            return;
        }

        await using var transaction = await connection.BeginTransactionAsync();
        await RunAsync(connection, lockSql);
        if (await AskAsync<bool>(connection, $"SELECT {Highest} >= {Next}"))
        {
            await RaiseAboveAsync(connection, await AskAsync<long>(connection, $"SELECT {Highest}"));
        }

        await transaction.CommitAsync();
    }

    /// <summary>Raises it so that every position up to that is settled, and new ones are higher.</summary>
    public static async Task RaiseAboveAsync(NpgsqlConnection connection, long position)
    {
        var oldest = await AskAsync<long>(
            connection, $"SELECT (pg_snapshot_xmin(pg_current_snapshot())::text::bigint << {Bits}) + position_base()");
        if (position < oldest)
        {
            return;
        }

        var raised = (await AskAsync<long>(connection, "SELECT position_base()")) + ((((position - oldest) >> Bits) + 1) << Bits);
        await RunAsync(
            connection,
            "CREATE OR REPLACE FUNCTION position_base() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS "
            + $"'SELECT {raised.ToString(CultureInfo.InvariantCulture)}::bigint'");
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<T> AskAsync<T>(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }
}
