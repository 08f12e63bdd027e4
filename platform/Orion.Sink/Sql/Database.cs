using System.Diagnostics;
using SQLitePCL;

namespace Orion.Sink.Sql;

/// <summary>One SQLite connection, used by one thread at a time.</summary>
internal sealed class Database : IDisposable
{
    private readonly sqlite3 _handle;

    // The provider keeps a weak hold only; without this field the callback would be collected while SQLite still calls it.
    private delegate_progress? _progress;

    private Database(sqlite3 handle, string path)
    {
        _handle = handle;
        Path = path;
    }

    public string Path { get; }

    /// <summary>
    /// Opens for writing, makes the file when missing, in WAL mode; commits survive a crash of the process, not always one of the machine.
    /// </summary>
    public static Database OpenWriter(string path, int busyMs, int cacheKib)
    {
        var database = Open(path, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE | raw.SQLITE_OPEN_NOMUTEX, busyMs);
        try
        {
            database.SwitchToWal(busyMs);
            database.Execute(
                $"PRAGMA synchronous=NORMAL; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-{cacheKib}; PRAGMA journal_size_limit=33554432;");
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Opens an existing file for reading.</summary>
    public static Database OpenReader(string path, int busyMs = 1000) =>
        Open(path, raw.SQLITE_OPEN_READONLY | raw.SQLITE_OPEN_NOMUTEX, busyMs);

    public void Execute(string sql) => Check(raw.sqlite3_exec(_handle, sql));

    public Statement Prepare(string sql)
    {
        Check(raw.sqlite3_prepare_v2(_handle, sql, out var statement));
        return new Statement(this, statement);
    }

    public long QueryLong(string sql)
    {
        using var statement = Prepare(sql);
        return statement.Step() ? statement.Long(0) : 0;
    }

    /// <summary>Runs <paramref name="work"/> in one write transaction, or leaves nothing of it.</summary>
    public void InTransaction(Action work)
    {
        Execute("BEGIN IMMEDIATE");
        try
        {
            work();
            Execute("COMMIT");
        }
        catch
        {
            Rollback();
            throw;
        }
    }

    public void Rollback()
    {
        if (raw.sqlite3_get_autocommit(_handle) == 0)
        {
            // A failure here leaves the transaction to the connection's close; the first failure is the one to report.
            _ = raw.sqlite3_exec(_handle, "ROLLBACK");
        }
    }

    /// <summary>Cuts any statement off as soon as <paramref name="stop"/> says so.</summary>
    public void InterruptWhen(Func<bool> stop)
    {
        _progress = _ => stop() ? 1 : 0;
        raw.sqlite3_progress_handler(_handle, 2000, _progress, null);
    }

    /// <summary>Copies back what no reader needs of the WAL, without waiting for any; whether a reader kept it from being all.</summary>
    /// <remarks>A failure is not told: what could not be copied stays in the WAL.</remarks>
    public bool IsHeldBack() =>
        raw.sqlite3_wal_checkpoint_v2(_handle, "main", raw.SQLITE_CHECKPOINT_PASSIVE, out var pages, out var copied) == raw.SQLITE_OK
            && copied < pages;

    /// <summary>Closing will not copy the WAL back.</summary>
    public void LeaveWal() => Check(raw.sqlite3_db_config(_handle, raw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, out _));

    public void Check(int code)
    {
        if (code is not (raw.SQLITE_OK or raw.SQLITE_DONE or raw.SQLITE_ROW))
        {
            throw Failure();
        }
    }

    public SqliteFailure Failure() =>
        new(raw.sqlite3_extended_errcode(_handle), $"{System.IO.Path.GetFileName(Path)}: {raw.sqlite3_errmsg(_handle).utf8_to_string()}");

    public void Dispose() => raw.sqlite3_close_v2(_handle);

    /// <summary>
    /// Switching a new file to WAL needs it alone for a moment, and SQLite does not wait for that by itself: two may make it at once.
    /// </summary>
    private void SwitchToWal(int busyMs)
    {
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                Execute("PRAGMA journal_mode=WAL");
                return;
            }
            catch (SqliteFailure failure) when (failure.IsBusy && Stopwatch.GetElapsedTime(since).TotalMilliseconds < busyMs)
            {
                Thread.Sleep(2);
            }
        }
    }

    private static Database Open(string path, int flags, int busyMs)
    {
        SqliteEngine.Require();
        var code = raw.sqlite3_open_v2(path, out var handle, flags, null);
        var database = new Database(handle, path);
        if (code != raw.SQLITE_OK)
        {
            var failure = new SqliteFailure(code, $"{System.IO.Path.GetFileName(path)}: cannot be opened ({code})");
            database.Dispose();
            throw failure;
        }

        raw.sqlite3_extended_result_codes(handle, 1);
        raw.sqlite3_busy_timeout(handle, busyMs);
        return database;
    }
}
