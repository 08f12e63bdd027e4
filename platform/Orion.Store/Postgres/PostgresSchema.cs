using System.Data;
using System.Diagnostics;
using Npgsql;
using Orion.Store.Schema;

namespace Orion.Store.Postgres;

/// <summary>
/// Brings a database to this code's schema: of two processes that start at the same moment one migrates, the other waits for it.
/// </summary>
internal static class PostgresSchema
{
    // "orion" as a number: the advisory lock of those who migrate a database.
    private const long Lock = 0x6f72696f6e;

    /// <summary>Waits for the lock of those who change the schema, which lasts until the end of the transaction.</summary>
    public static readonly string LockSql = $"SELECT pg_advisory_xact_lock({Lock} # hashtext(current_schema()))";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>Migrates what has to be; returns the schema that the store's tables are in.</summary>
    public static async Task<string> MigrateAsync(
        NpgsqlDataSource source, IReadOnlyList<Migration> known, TimeSpan busyTimeout, TimeProvider time)
    {
        var started = Stopwatch.GetTimestamp();
        var patience = busyTimeout > s_patience ? busyTimeout : s_patience;
        while (true)
        {
            try
            {
                return await MigrateOnceAsync(source, known, patience, time);
            }
            catch (Exception e) when (PostgresErrors.Of(e) is PostgresError.Away or PostgresError.Conflict)
            {
                // A server that starts beside this process, or restarts, is waited for. What it says of a wrong password is not of that
                // kind.
                if (Stopwatch.GetElapsedTime(started) > patience)
                {
                    throw new StoreFailedException(
                        $"The database of ConnectionStrings:{DomainStoreOptions.ConnectionName} could not be reached within "
                        + $"{patience.TotalSeconds:0} s: {e.Message}",
                        e);
                }

                await Task.Delay(250);
            }
        }
    }

    private static async Task<string> MigrateOnceAsync(
        NpgsqlDataSource source, IReadOnlyList<Migration> known, TimeSpan patience, TimeProvider time)
    {
        await using var connection = await source.OpenConnectionAsync();
        var session = new PostgresSession(connection);
        var schema = await NameAsync(connection);
        var database = $"{connection.Database} on {connection.Host}";
        if ((await Migrator.MissingAsync(session, known, database)).Count > 0)
        {
            await session.BeginAsync(IsolationLevel.ReadCommitted, isInTurn: false, patience, CancellationToken.None);
            await session.ControlAsync(LockSql);
            await Migrator.ApplyAsync(
                session, await Migrator.MissingAsync(session, known, database), session.ControlAsync, time.GetUtcNow());
            await session.CommitAsync();
        }

        await PositionBase.RaiseIfBehindAsync(connection, LockSql);
        return schema;
    }

    /// <summary>The schema that the store's tables are in.</summary>
    /// <exception cref="StoreSchemaException">There is none, or the server is too old.</exception>
    public static async Task<string> NameAsync(NpgsqlConnection connection)
    {
        await using var name = new NpgsqlCommand(
            "SELECT current_schema() FROM (SELECT current_setting('server_version_num')::int AS version) s WHERE version >= 130000",
            connection);
        return await name.ExecuteScalarAsync() as string ?? throw new StoreSchemaException(
            "The database has no schema to keep tables in (see its search_path), or is older than PostgreSQL 13.");
    }
}
