using SQLitePCL;

namespace OrionPlatform.Tests;

/// <summary>Another process's write transaction on a database: until it is disposed of, nobody else writes there.</summary>
internal sealed class HeldDatabase : IDisposable
{
    private readonly sqlite3 _handle;

    public HeldDatabase(string file)
    {
        Batteries_V2.Init();
        Assert.Equal(raw.SQLITE_OK, raw.sqlite3_open_v2(file, out _handle, raw.SQLITE_OPEN_READWRITE, null));
        raw.sqlite3_busy_timeout(_handle, 30_000);
        Assert.Equal(raw.SQLITE_OK, raw.sqlite3_exec(_handle, "BEGIN IMMEDIATE"));
    }

    public void Dispose()
    {
        raw.sqlite3_exec(_handle, "ROLLBACK");
        raw.sqlite3_close_v2(_handle);
    }
}
