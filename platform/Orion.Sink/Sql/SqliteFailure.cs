using SQLitePCL;

namespace Orion.Sink.Sql;

/// <summary>SQLite refused something; the code says whether waiting, moving the file or giving up is the cure.</summary>
internal sealed class SqliteFailure(int code, string message) : Exception(message)
{
    /// <summary>Extended result code.</summary>
    public int Code { get; } = code;

    private int Primary => Code & 0xFF;

    /// <summary>Someone else holds the lock; trying again is enough.</summary>
    public bool IsBusy => Primary is raw.SQLITE_BUSY or raw.SQLITE_LOCKED;

    /// <summary>The file is damaged or is not a database; it has to be set aside.</summary>
    public bool IsCorrupt => Primary is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB;

    /// <summary>The primary key exists already.</summary>
    public bool IsKeyTaken => Code is raw.SQLITE_CONSTRAINT_PRIMARYKEY or raw.SQLITE_CONSTRAINT_ROWID;

    /// <summary>The row itself is what the table does not take, whenever it is tried.</summary>
    public bool IsOfRow => Primary is raw.SQLITE_CONSTRAINT or raw.SQLITE_MISMATCH or raw.SQLITE_TOOBIG or raw.SQLITE_RANGE;

    /// <summary>The call was cut off by its deadline or its caller.</summary>
    public bool IsInterrupt => Primary is raw.SQLITE_INTERRUPT;

    /// <summary>The file is written by a newer version of this code.</summary>
    public bool IsNewer { get; init; }

    /// <summary>There is no SQLite library.</summary>
    public bool IsMissing { get; init; }

    /// <summary>A word for accounts and logs.</summary>
    public string Reason => Primary switch
    {
        _ when IsNewer => "newer_schema",
        _ when IsMissing => "no_sqlite",
        raw.SQLITE_FULL => "disk_full",
        raw.SQLITE_READONLY or raw.SQLITE_PERM => "read_only",
        raw.SQLITE_CANTOPEN => "cannot_open",
        raw.SQLITE_IOERR => "io_error",
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => "corrupt",
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => "locked",
        _ => "error",
    };
}
