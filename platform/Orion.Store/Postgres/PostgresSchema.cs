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

    /// <summary>
    /// Migrates what has to be; returns the schema that the store's tables are in, and whether the connections have the store's settings.
    /// </summary>
    /// <exception cref="PostgresException">A pooler refuses the settings (<see cref="RefusesOptions"/>).</exception>
    public static async Task<(string Schema, bool HasOptions)> MigrateAsync(
        NpgsqlDataSource source, IReadOnlyList<Migration> known, TimeSpan busyTimeout, TimeProvider time)
    {
        var started = Stopwatch.GetTimestamp();
        var patience = busyTimeout > s_patience ? busyTimeout : s_patience;
        while (true)
        {
            try
            {
                return await MigrateOnceAsync(source, known, busyTimeout, patience, time);
            }
            catch (Exception e) when (!RefusesOptions(e) && PostgresErrors.Of(e) is PostgresError.Away or PostgresError.Conflict)
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

    /// <summary>Whether PgBouncer takes no connections with such options.</summary>
    public static bool RefusesOptions(Exception failure) => failure is PostgresException
    {
        SqlState: PostgresErrorCodes.ProtocolViolation
    } refusal && refusal.MessageText.Contains("startup parameter", StringComparison.Ordinal);

    private static async Task<(string Schema, bool HasOptions)> MigrateOnceAsync(
        NpgsqlDataSource source, IReadOnlyList<Migration> known, TimeSpan busyTimeout, TimeSpan patience, TimeProvider time)
    {
        await using var connection = await source.OpenConnectionAsync();
        var session = new PostgresSession(connection);
        var schema = await NameAsync(connection);
        var database = $"{connection.Database} on {connection.Host}";
        if ((await Migrator.MissingAsync(session, known, database)).Count > 0)
        {
            await session.ControlAsync(new TransactionStart(IsolationLevel.ReadCommitted, isInTurn: false, patience).Sql);
            await session.ControlAsync(LockSql);
            await Migrator.ApplyAsync(
                session, await Migrator.MissingAsync(session, known, database), session.ControlAsync, time.GetUtcNow());
            await session.CommitAsync();
        }

        await PositionBase.RaiseIfBehindAsync(connection, LockSql);
        await using var options = new NpgsqlCommand(TransactionStart.HasSessionOptions(busyTimeout), connection);
        return (schema, (bool)(await options.ExecuteScalarAsync())!);
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
