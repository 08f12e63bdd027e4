using System.Data;
using System.Data.Common;
using Orion.Store.Schema;

namespace Orion.Store.Postgres;

/// <summary>
/// How a transaction begins: what is sent before its first statement, in the same message. It tells the database how patient to be with
/// it, and asks what is to be known of it.
/// </summary>
internal sealed class TransactionStart
{
    private const string Begin = "BEGIN ISOLATION LEVEL ";
    private const string End = ";\n";

    /// <param name="isolation">Its isolation; <see cref="IsolationLevel.Snapshot"/> for one that only reads.</param>
    /// <param name="isInTurn">
    /// Whether it waits for its turn among those that were in each other's way too often: one of them at a time gets through.
    /// </param>
    /// <param name="patience">
    /// How long it may wait for locks and between statements, and for one statement; null where its connection has
    /// <see cref="SessionOptions"/>.
    /// </param>
    public TransactionStart(IsolationLevel isolation, bool isInTurn, TimeSpan? patience)
    {
        var (begin, number) = isolation switch
        {
            IsolationLevel.Snapshot => (Begin + "REPEATABLE READ READ ONLY", "0::bigint, ''"),
            IsolationLevel.ReadCommitted => (Begin + "READ COMMITTED", Begun.Numbers),

            // What a table scan has read conflicts with every write to that table; what an index led to, with its own rows.
            _ => (Begin + "SERIALIZABLE", Begun.Numbers + ", set_config('enable_seqscan', 'off', true)"),
        };
        Setting[] settings = patience is { } limits ? Limits(limits) : [];
        if (isInTurn)
        {
            // Before the first SELECT, which fixes what the transaction sees. The lock lets readers pass, and migrations wait.
            begin += string.Concat(settings.Select(s => $"; SET LOCAL {s.Name} = {s.Value}"))
                + $"; LOCK TABLE {Migrator.Table} IN EXCLUSIVE MODE";
        }

        Sql = $"{begin}; SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, {number}"
            + string.Concat(settings.Select(s => $", set_config('{s.Name}', '{s.Value}', true)")) + End;
    }

    /// <summary>The statements; the last of them has one row.</summary>
    public string Sql { get; }

    /// <summary>A statement as its closure gave it; "BEGIN" where none came with the start.</summary>
    public static string WithoutStart(string sql) =>
        !sql.StartsWith(Begin, StringComparison.Ordinal) || sql.IndexOf(End, StringComparison.Ordinal) is not (> 0 and var end) ? sql
        : sql.Length > end + End.Length ? sql[(end + End.Length)..]
        : "BEGIN";

    /// <summary>
    /// The settings as options of a connection (<c>Options</c> of a connection string): setting them for each transaction costs a tenth of
    /// a small one. Poolers refuse them or leave them out.
    /// </summary>
    public static string SessionOptions(TimeSpan patience) => string.Join(' ', Limits(patience).Select(s => $"-c {s.Name}={s.Value}"));

    /// <summary>Asks whether a connection has them: one row, with a boolean.</summary>
    public static string HasSessionOptions(TimeSpan patience) =>
        $"SELECT count(*) = {Limits(patience).Length} FROM pg_settings WHERE (name, setting) IN ("
        + string.Join(", ", Limits(patience).Select(s => $"('{s.Name}', '{s.Value}')")) + ")";

    /// <summary>What the row says.</summary>
    public static Begun Read(DbDataReader row) =>
        new(DateTimeOffset.UnixEpoch.AddMicroseconds(row.GetInt64(0)), row.GetInt64(1), row.GetString(2));

    private static Setting[] Limits(TimeSpan patience)
    {
        var milliseconds = (long)patience.TotalMilliseconds;
        return
        [
            new("lock_timeout", $"{milliseconds}"),
            new("statement_timeout", $"{milliseconds + 5_000}"),
            new("idle_in_transaction_session_timeout", $"{milliseconds + 5_000}"),

            // A claim looks costly to the planner, and is not: compiling it would take a hundred times as long as running it.
            new("jit", "off"),
        ];
    }

    private readonly record struct Setting(string Name, string Value);
}

/// <summary>What the database says of a transaction when it begins.</summary>
/// <param name="Now">Its clock.</param>
/// <param name="Number">The transaction's number; 0 of one that only reads.</param>
/// <param name="Timeline">The timeline of the server's log: another one after a failover.</param>
internal sealed record Begun(DateTimeOffset Now, long Number, string Timeline)
{
    /// <summary>Asks for the last two.</summary>
    public const string Numbers = $"pg_current_xact_id()::text::bigint, {CurrentTimeline}";

    /// <summary>Asks for the timeline.</summary>
    public const string CurrentTimeline = "left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)";
}

/// <summary>
/// The time that the closure went by was not the database's: its clock was set, or this process stood still before the transaction began.
/// </summary>
internal sealed class ClockMovedException() : Exception("The database's clock is not where it was thought to be.");
