using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Orion.Store.Sqlite;

/// <summary>The database file, and how its connections are opened.</summary>
internal sealed class SqliteFile
{
    static SqliteFile() => Batteries_V2.Init();

    public SqliteFile(string connectionString)
    {
        FullPath = Path.GetFullPath(new SqliteConnectionStringBuilder(connectionString).DataSource);
        MakePrivate(Path.GetDirectoryName(FullPath)!);
    }

    public string FullPath { get; }

    public bool HasContent => new FileInfo(FullPath) is { Exists: true, Length: > 0 };

    /// <summary>
    /// The process's one writing connection. FULL: an acknowledged write survives a power cut. Recursive triggers make REPLACE fire the
    /// triggers that keep the journal append-only.
    /// </summary>
    public SqliteSession OpenWriter(TimeSpan busyTimeout)
    {
        MakeOwn();
        var session = Open(SqliteOpenMode.ReadWriteCreate);
        try
        {
            // Switching a new file to WAL needs it alone for a moment; SQLite does not wait for that by itself.
            Busy.Retry(() => session.TryExec("PRAGMA journal_mode=WAL"), session, busyTimeout);
            session.Exec("PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA recursive_triggers=ON; PRAGMA busy_timeout=0;"
                + "PRAGMA journal_size_limit=67108864; PRAGMA cache_size=-16000; PRAGMA temp_store=MEMORY");
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>
    /// A connection that has the database for itself until it is closed; null where another one is open, of this process or of any other:
    /// each keeps a lock for as long as it is, which only this way of opening asks for alone.
    /// </summary>
    /// <param name="create">Whether to make the database where there is none.</param>
    public SqliteSession? OpenAlone(bool create)
    {
        if (create)
        {
            MakeOwn();
        }

        var session = Open(create ? SqliteOpenMode.ReadWriteCreate : SqliteOpenMode.ReadWrite);
        try
        {
            var locked = session.TryExec("PRAGMA busy_timeout=0; PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT");
            if ((locked & 0xff) is raw.SQLITE_BUSY or raw.SQLITE_LOCKED)
            {
                session.Dispose();
                return null;
            }

            SqliteException.ThrowExceptionForRC(locked, session.Connection.Handle);
            session.Exec("PRAGMA foreign_keys=OFF; PRAGMA cache_size=-64000; PRAGMA temp_store=MEMORY");
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    public SqliteSession OpenReader()
    {
        var session = Open(SqliteOpenMode.ReadOnly);
        session.Exec("PRAGMA busy_timeout=5000; PRAGMA query_only=ON; PRAGMA temp_store=MEMORY");
        return session;
    }

    /// <summary>A new file is its owner's alone, also in a folder that others may enter; SQLite gives its log the same mode.</summary>
    private void MakeOwn()
    {
        if (!OperatingSystem.IsWindows() && !File.Exists(FullPath))
        {
            var options = new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.Write,
                Share = FileShare.ReadWrite | FileShare.Delete,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            };
            new FileStream(FullPath, options).Dispose();
        }
    }

    private SqliteSession Open(SqliteOpenMode mode)
    {
        var connection =
            new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = FullPath, Mode = mode, Pooling = false }.ToString());
        try
        {
            connection.Open();
            return new SqliteSession(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>A folder that is not there yet is made for its owner alone: the database holds every tenant's data.</summary>
    public static void MakePrivate(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
