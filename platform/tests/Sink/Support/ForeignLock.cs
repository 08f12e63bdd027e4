using Orion.Sink.Sql;

namespace Orion.Sink.Tests;

/// <summary>Another tool that holds a file's write lock.</summary>
internal sealed class ForeignLock : IDisposable
{
    private readonly Database _database;

    public ForeignLock(string path)
    {
        _database = Database.OpenWriter(path, busyMs: 10_000, cacheKib: 100);
        _database.Execute("BEGIN IMMEDIATE");
    }

    public void Dispose()
    {
        _database.Rollback();
        _database.Dispose();
    }
}
