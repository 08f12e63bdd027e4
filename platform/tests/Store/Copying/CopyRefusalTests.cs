using Microsoft.Data.Sqlite;
using Npgsql;
using Orion.Store;
using Orion.Store.Copying;
using Orion.Store.Schema;

namespace Orion.Store.Tests;

/// <summary>What cannot be copied, and what is said of it.</summary>
[Trait("Store", "once")]
public sealed class CopyRefusalTests : IAsyncDisposable
{
    private readonly CopiedStores _stores = new();

    [PostgresFact]
    public async Task A_store_that_a_process_has_open_is_not_copied_on_either_engine()
    {
        await using (CopiedStores.Open(_stores.Sqlite))
        {
            await RefusedAsync("is open in another process", _stores.Sqlite, _stores.Postgres);
        }

        await using (CopiedStores.Open(_stores.Postgres))
        {
            await RefusedAsync("Others are connected to", _stores.Postgres, _stores.InFile("new.db"));
        }

        Assert.False(File.Exists(_stores.File("new.db")));
        await CopiedStores.CopyAsync(_stores.Postgres, _stores.InFile("new.db"));
    }

    [PostgresFact]
    public async Task Nobody_opens_or_writes_the_source_while_it_is_copied()
    {
        await _stores.FillAsync();
        var tried = 0;
        await CopiedStores.CopyAsync(_stores.Sqlite, _stores.Postgres, new CopiedStores.At(p =>
        {
            if (p.Phase == CopyPhase.Copying && tried++ == 0)
            {
                using var reader = new SqliteConnection($"{_stores.Sqlite};Pooling=False;Default Timeout=1");
                reader.Open();
                using var command = new SqliteCommand("SELECT count(*) FROM kinds", reader);
                Assert.Equal(5, Assert.Throws<SqliteException>(() => command.ExecuteScalar()).SqliteErrorCode);
            }
        }));
        await CopiedStores.CopyAsync(_stores.Postgres, _stores.InFile("back.db"), new CopiedStores.At(p =>
        {
            if (p.Phase == CopyPhase.Verifying && tried++ == 0)
            {
                var blocked = Assert.Throws<PostgresException>(
                    () => _stores.PostgresAsync("SET lock_timeout = 1; DELETE FROM pairs").GetAwaiter().GetResult());
                Assert.Equal(PostgresErrorCodes.LockNotAvailable, blocked.SqlState);
            }
        }));
    }

    [PostgresFact]
    public async Task A_target_that_holds_anything_else_is_refused_and_left_as_it_is()
    {
        await _stores.FillAsync();
        await _stores.PostgresAsync("CREATE TABLE theirs (id INTEGER); INSERT INTO theirs VALUES (1)");
        await RefusedAsync("is not empty: it has theirs", _stores.Sqlite, _stores.Postgres);
        await _stores.PostgresAsync("DROP TABLE theirs");

        await CopiedStores.Open(_stores.InFile("other.db")).DisposeAsync();
        await RefusedAsync("is not empty: it has", _stores.Sqlite, _stores.InFile("other.db"));
        await CopiedStores.Open(_stores.InFile("other.db")).DisposeAsync();
    }

    [PostgresFact]
    public async Task A_source_without_exactly_this_programs_schema_is_refused()
    {
        await RefusedAsync("There is no store at", _stores.Sqlite, _stores.Postgres);
        await RefusedAsync("There is no store in", _stores.Postgres, _stores.InFile("new.db"));
        await _stores.FillAsync();
        await RefusedAsync("is older than this program: 0300_more is missing", [new Migration(300, "more", "SELECT 1")]);
        var newer = await Assert.ThrowsAsync<StoreSchemaException>(
            () => new StoreCopy(_stores.Sqlite, _stores.Postgres, d => [.. CopiedStores.Known(d).SkipLast(1)], 10, TimeProvider.System)
                .RunAsync());
        Assert.Contains("is newer than this program", newer.Message, StringComparison.Ordinal);
        await _stores.SqliteAsync("CREATE TABLE beside (id INTEGER); INSERT INTO beside VALUES (1)");
        await RefusedAsync("Table beside of", _stores.Sqlite, _stores.Postgres);

        async Task RefusedAsync(string why, params object[] more)
        {
            if (more is [string from, string to])
            {
                await CopyRefusalTests.RefusedAsync(why, from, to);
                return;
            }

            var refused = await Assert.ThrowsAsync<StoreCopyException>(() => new StoreCopy(
                _stores.Sqlite, _stores.Postgres, d => [.. CopiedStores.Known(d), .. more.Cast<Migration>()], 10, TimeProvider.System)
                .RunAsync());
            Assert.Contains(why, refused.Message, StringComparison.Ordinal);
        }
    }

    [PostgresFact]
    public async Task Sides_that_cannot_be_are_each_told_in_a_sentence_without_a_password()
    {
        await _stores.FillAsync();
        await RefusedAsync("Source and target are the same database.", _stores.Sqlite, _stores.Sqlite);
        await CopiedStores.Open(_stores.Postgres).DisposeAsync();
        await RefusedAsync("are the same database", _stores.Postgres, _stores.Postgres);
        await RefusedAsync("The connection string of the target is missing", _stores.Sqlite, "");
        await RefusedAsync("The connection string of the source is a URL", "postgres://u:geheim@db/x", _stores.Sqlite);
        await RefusedAsync("nowhere on 127.0.0.1 cannot be used", _stores.Sqlite, new NpgsqlConnectionStringBuilder(_stores.Postgres)
        {
            Database = "nowhere",
            Password = "geheim",
        }.ConnectionString);
        await RefusedAsync("cannot be used", _stores.Sqlite, "Host=127.0.0.1;Port=1;Database=x;Username=y;Password=geheim");
        await File.WriteAllTextAsync(_stores.File("notes.db"), string.Concat(Enumerable.Repeat("these are notes, not pages. ", 100)));
        await RefusedAsync("cannot be opened as a database", _stores.InFile("notes.db"), _stores.Postgres);
    }

    [PostgresFact]
    public async Task A_value_that_PostgreSQL_cannot_hold_is_named_by_table_row_and_column()
    {
        await _stores.FillAsync();
        foreach (var (column, values, row, why) in new[]
        {
            ("big", "('bad', 'many', 1, 1, 1)", "id 'bad'", "is a text, and would have to be an integer of 64 bits"),
            ("small", "('bad', 1, 70000, 1, 1)", "id 'bad'", "is too large for an integer of 16 bits"),
            ("flag", "('bad', 1, 1, 2, 1)", "id 'bad'", "is neither 0 nor 1, and would have to be a boolean"),
            ("ratio", "('bad', 1, 1, 1, 'half')", "id 'bad'", "is a text, and would have to be a floating point number"),
            ("id", "('bad' || char(0) || 'b', 1, 1, 1, 1)", "id 'bad?b'", "has a character 0"),
            ("id", "(CAST(x'62616441ff' AS TEXT), 1, 1, 1, 1)", "id 'badA", "is not valid UTF-8"),
        })
        {
            await _stores.SqliteAsync($"INSERT INTO kinds (id, big, small, flag, ratio) VALUES {values}");
            var refused = await RefusedAsync(why, _stores.Sqlite, _stores.Postgres);
            Assert.StartsWith($"Table kinds, {row}", refused, StringComparison.Ordinal);
            Assert.Contains($"column {column} ", refused, StringComparison.Ordinal);
            await _stores.SqliteAsync("DELETE FROM kinds WHERE CAST(id AS BLOB) >= x'626164' AND id < 'c'; DELETE FROM told");
        }

        // It is mended, and the copy goes on.
        Assert.Equal(8, (await CopiedStores.CopyAsync(_stores.Sqlite, _stores.Postgres)).Tables.Single(t => t.Name == "kinds").Rows);
    }

    [PostgresFact]
    public async Task A_row_that_the_target_does_not_take_is_named_with_its_reason()
    {
        await _stores.FillAsync();
        await _stores.SqliteAsync(
            "PRAGMA ignore_check_constraints = ON; INSERT INTO journal (occurred_at, type, subject, data) VALUES (1, 'x', 'a/1', '{}'), "
            + "(1, 'x', 'a/2', 'no JSON')");
        var refused = await RefusedAsync("data_is_a_json_object", _stores.Sqlite, _stores.Postgres);
        Assert.StartsWith("Table journal, position 2: the target does not take it", refused, StringComparison.Ordinal);
    }

    [PostgresFact]
    public async Task A_row_that_refers_to_none_is_found_on_both_engines_and_a_mended_source_is_copied_anew()
    {
        await _stores.FillAsync();
        await _stores.SqliteAsync("PRAGMA foreign_keys = OFF; INSERT INTO tree VALUES (7, 77)");
        await RefusedAsync("tree_parent_fkey", _stores.Sqlite, _stores.Postgres);
        await RefusedAsync("A row of table tree refers to one of tree", _stores.Sqlite, _stores.InFile("new.db"));
        await RefusedAsync("A row of table tree refers to one of tree", _stores.Sqlite, _stores.InFile("new.db"));
        await _stores.SqliteAsync("DELETE FROM tree WHERE id = 7");
        foreach (var target in new[] { _stores.Postgres, _stores.InFile("new.db") })
        {
            Assert.NotNull((await CopiedStores.CopyAsync(_stores.Sqlite, target)).BegunAnew);
            await CopiedStores.Open(target).DisposeAsync();
        }

        Assert.Equal(await _stores.ValuesAsync(_stores.Sqlite), await _stores.ValuesAsync(_stores.InFile("new.db")));
    }

    [PostgresFact]
    public async Task A_number_that_SQLite_cannot_hold_is_named()
    {
        await CopiedStores.Open(_stores.Postgres).DisposeAsync();
        await _stores.PostgresAsync("INSERT INTO kinds (id, ratio) VALUES ('bad', 'NaN')");
        await RefusedAsync("Table kinds, id 'bad': the value of column ratio is no number", _stores.Postgres, _stores.InFile("new.db"));
    }

    public ValueTask DisposeAsync() => _stores.DisposeAsync();

    private static async Task<string> RefusedAsync(string why, string from, string to)
    {
        var refused = await Assert.ThrowsAsync<StoreCopyException>(() => CopiedStores.CopyAsync(from, to));
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", refused.Message, StringComparison.Ordinal);
        return refused.Message;
    }
}
