using Orion.Sink.Reading;
using Orion.Sink.Sql;

namespace Orion.Sink.Loss;

/// <summary>The durable loss account: one row a process, run and stream, and the drops by reason.</summary>
internal static class LossTable
{
    public const string Sql = """
        CREATE TABLE loss_account (process TEXT NOT NULL, run TEXT NOT NULL, stream TEXT NOT NULL, produced INTEGER NOT NULL,
            stored INTEGER NOT NULL, sampled_out INTEGER NOT NULL, dropped INTEGER NOT NULL, buffered INTEGER NOT NULL,
            updated INTEGER NOT NULL, ended INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (process, run, stream)) WITHOUT ROWID;
        CREATE TABLE loss_drops (process TEXT NOT NULL, run TEXT NOT NULL, stream TEXT NOT NULL, reason TEXT NOT NULL, tenant TEXT NOT NULL,
            rows INTEGER NOT NULL, PRIMARY KEY (process, run, stream, reason, tenant)) WITHOUT ROWID;
        """;

    public static void Write(Database database, string process, string run, StreamAccount account, long now, bool ended)
    {
        using var row = database.Prepare("""
            INSERT INTO loss_account (process, run, stream, produced, stored, sampled_out, dropped, buffered, updated, ended)
            VALUES (?,?,?,?,?,?,?,?,?,?)
            ON CONFLICT DO UPDATE SET produced = excluded.produced, stored = excluded.stored, sampled_out = excluded.sampled_out,
                dropped = excluded.dropped, buffered = excluded.buffered, updated = excluded.updated, ended = excluded.ended
            """);
        row.Bind(1, process).Bind(2, run).Bind(3, account.Stream).Bind(4, account.Produced).Bind(5, account.Stored)
            .Bind(6, account.SampledOut)
            .Bind(7, account.Dropped).Bind(8, account.Buffered).Bind(9, now).Bind(10, ended ? 1L : 0L).Run();
        using var drop = database.Prepare("INSERT INTO loss_drops VALUES (?,?,?,?,?,?) ON CONFLICT DO UPDATE SET rows = excluded.rows");
        foreach (var ((reason, tenant), rows) in account.Drops)
        {
            drop.Bind(1, process).Bind(2, run).Bind(3, account.Stream).Bind(4, reason).Bind(5, tenant).Bind(6, rows).Run();
        }
    }

    /// <summary>
    /// Adds to a run's stored rows, in the transaction that stores them: the account is exact at every moment, also after a kill.
    /// </summary>
    public static void AddStored(Database database, string process, string run, string stream, long rows, long now)
    {
        using var add = database.Prepare("""
            INSERT INTO loss_account (process, run, stream, produced, stored, sampled_out, dropped, buffered, updated)
            VALUES (?1,?2,?3,?4,?4,0,0,0,?5)
            ON CONFLICT DO UPDATE SET produced = produced + ?4, stored = stored + ?4, updated = ?5
            """);
        add.Bind(1, process).Bind(2, run).Bind(3, stream).Bind(4, rows).Bind(5, now).Run();
    }

    /// <summary>Says how many rows of a stream accounted for by <see cref="AddStored"/> were dropped so far, for one reason.</summary>
    public static void SetDropped(
        Database database, string process, string run, string stream, string reason, long rows, long now, bool ended)
    {
        using var set = database.Prepare("""
            INSERT INTO loss_account (process, run, stream, produced, stored, sampled_out, dropped, buffered, updated, ended)
            VALUES (?1,?2,?3,?4,0,0,?4,0,?5,?6)
            ON CONFLICT DO UPDATE SET produced = stored + ?4, dropped = ?4, updated = ?5, ended = ?6
            """);
        set.Bind(1, process).Bind(2, run).Bind(3, stream).Bind(4, rows).Bind(5, now).Bind(6, ended ? 1L : 0L).Run();
        if (rows > 0)
        {
            using var drop = database.Prepare(
                "INSERT INTO loss_drops VALUES (?,?,?,?,'',?) ON CONFLICT DO UPDATE SET rows = excluded.rows");
            drop.Bind(1, process).Bind(2, run).Bind(3, stream).Bind(4, reason).Bind(5, rows).Run();
        }
    }

    /// <summary>Corrects an earlier run's stored rows to what its segments hold, when that is more than it could still note.</summary>
    public static void RaiseStored(Database database, string process, string run, string stream, long rows)
    {
        using var raise = database.Prepare("""
            UPDATE loss_account SET stored = max(stored, ?4), produced = max(produced, max(stored, ?4) + sampled_out + dropped)
            WHERE process = ?1 AND run = ?2 AND stream = ?3
            """);
        raise.Bind(1, process).Bind(2, run).Bind(3, stream).Bind(4, rows).Run();
        using var settle = database.Prepare(
            "UPDATE loss_account SET buffered = produced - stored - sampled_out - dropped WHERE process = ?1 AND run = ?2 AND stream = ?3");
        settle.Bind(1, process).Bind(2, run).Bind(3, stream).Run();
    }

    /// <summary>
    /// Corrects an earlier run's rows to what it was handed, when that is more than it could still note; one that is over stays as it is.
    /// </summary>
    public static void RaiseHanded(Database database, string process, string run, string stream, long rows, long seen)
    {
        using var raise = database.Prepare("""
            INSERT INTO loss_account (process, run, stream, produced, stored, sampled_out, dropped, buffered, updated)
            VALUES (?1,?2,?3,?4,0,0,0,?4,?5)
            ON CONFLICT DO UPDATE SET produced = max(produced, ?4 + sampled_out),
                buffered = max(produced, ?4 + sampled_out) - stored - sampled_out - dropped
            WHERE ended = 0
            """);
        raise.Bind(1, process).Bind(2, run).Bind(3, stream).Bind(4, rows).Bind(5, seen).Run();
    }

    /// <summary>
    /// Closes the accounts of this process's earlier runs that ended without doing so: what was still on its way then is lost now
    /// (reason <c>killed</c>), or, of rows it exported, never confirmed to have arrived (<c>unconfirmed</c>).
    /// </summary>
    public static void CloseEarlierRuns(Database database, string process, string run)
    {
        using (var drops = database.Prepare($"""
            INSERT INTO loss_drops
            SELECT process, run, stream,
                CASE WHEN stream IN ('{ExportAccount.Spans}', '{ExportAccount.Logs}') THEN 'unconfirmed' ELSE 'killed' END, '', buffered
            FROM loss_account
            WHERE process = ? AND run <> ? AND ended = 0 AND buffered > 0 ON CONFLICT DO NOTHING
            """))
        {
            drops.Bind(1, process).Bind(2, run).Run();
        }

        using var close = database.Prepare(
            "UPDATE loss_account SET dropped = dropped + buffered, buffered = 0, ended = 1 WHERE process = ? AND run <> ? AND ended = 0");
        close.Bind(1, process).Bind(2, run).Run();
    }

    public static List<LossRow> Read(Database database)
    {
        using var rows = database.Prepare("""
            SELECT process, stream, sum(produced), sum(stored), sum(sampled_out), sum(dropped), sum(buffered) FROM loss_account
            GROUP BY process, stream ORDER BY process, stream
            """);
        var result = new List<LossRow>();
        while (rows.Step())
        {
            result.Add(new LossRow(rows.Text(0)!, rows.Text(1)!, rows.Long(2), rows.Long(3), rows.Long(4), rows.Long(5), rows.Long(6)));
        }

        return result;
    }
}
