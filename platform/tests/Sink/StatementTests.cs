using Orion.Sink.Sql;

namespace Orion.Sink.Tests;

public sealed class StatementTests
{
    [Fact]
    public void A_statement_that_was_disposed_of_is_refused_whatever_is_asked_of_it()
    {
        using var folder = new TempFolder();
        using var database = Database.OpenWriter(folder.File("x.db"), busyMs: 0, cacheKib: 100);
        database.Execute("CREATE TABLE t (a, b)");
        var insert = database.Prepare("INSERT INTO t VALUES (?, ?)");
        insert.Bind(1, 1).BindBlob(2, "x"u8).Run();
        insert.Dispose();

        Assert.Throws<SqliteFailure>(() => insert.Bind(1, 2).BindBlob(2, "y"u8).BindEmpty(2).Step());
        Assert.Throws<SqliteFailure>(insert.Run);
        Assert.Throws<SqliteFailure>(() => insert.TryInsert());
        Assert.Throws<ObjectDisposedException>(insert.ClearBindings);
        insert.Reset();
        insert.Dispose();
        Assert.Equal(1, database.QueryLong("SELECT count(*) FROM t"));
    }
}
