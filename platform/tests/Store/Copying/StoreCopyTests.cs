using Orion.Store;
using Orion.Store.Copying;
using Orion.Store.Jobs;
using Orion.Store.Journal;
using Orion.Store.OpsAccess;

namespace Orion.Store.Tests;

/// <summary>A store goes to the other engine and back.</summary>
[Trait("Store", "once")]
public sealed class StoreCopyTests : IAsyncDisposable
{
    private readonly CopiedStores _stores = new();

    [PostgresFact]
    public async Task What_went_to_PostgreSQL_and_came_back_is_the_same_in_every_value_and_its_triggers_told_of_nothing()
    {
        await _stores.FillAsync();
        var before = await _stores.ValuesAsync(_stores.Sqlite);

        var there = await CopiedStores.CopyAsync(_stores.Sqlite, _stores.Postgres);
        var back = await CopiedStores.CopyAsync(_stores.Postgres, _stores.InFile("back.db"));

        Assert.Equal(before, await _stores.ValuesAsync(_stores.InFile("back.db")));
        Assert.Equal(before, await _stores.ValuesAsync(_stores.Sqlite));
        Assert.Equal(there.Tables, back.Tables);
        Assert.Equal((8, 0, 1), (Rows(there, "kinds"), Rows(there, "vacant"), Rows(there, "seeded")));
        Assert.Null(there.BegunAnew);
    }

    [PostgresFact]
    public async Task What_was_taken_away_for_the_time_of_the_copy_is_back_on_both_engines()
    {
        await _stores.FillAsync();
        await CopiedStores.CopyAsync(_stores.Sqlite, _stores.Postgres);
        await CopiedStores.CopyAsync(_stores.Postgres, _stores.InFile("back.db"));
        foreach (var connection in new[] { _stores.Postgres, _stores.InFile("back.db") })
        {
            await using var store = CopiedStores.Open(connection);
            await store.WriteAsync(tx => tx.ExecuteAsync("INSERT INTO kinds (id) VALUES ('later')"));
            await store.WriteAsync(tx => tx.AppendFactAsync(Fact(1)));
            Assert.Contains("later", await store.ReadAsync(tx => tx.QueryAsync<string>("SELECT id FROM told")));
            await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(
                () => store.WriteAsync(tx => tx.ExecuteAsync("INSERT INTO tree VALUES (9, 8)")));
            await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(
                () => store.WriteAsync(tx => tx.ExecuteAsync("DELETE FROM journal")));

            // The number of a row that was removed is not given again.
            Assert.Equal(41, await store.WriteAsync(
                tx => tx.QuerySingleOrDefaultAsync<long>("INSERT INTO numbered (t) VALUES ('next') RETURNING id")));
            var indexes = await store.ReadAsync(tx => tx.QueryAsync<string>(
                tx.Dialect.Name == "sqlite"
                    ? "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL"
                    : "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()"));
            Assert.Subset(indexes.ToHashSet(), new HashSet<string> { "pairs_by_a", "journal_by_subject", "jobs_ready" });
        }
    }

    [PostgresFact]
    public async Task Facts_jobs_sessions_and_audit_entries_go_on_where_they_were()
    {
        var (position, token, login) = (0L, 0L, "");
        await using (var store = CopiedStores.Open(_stores.Sqlite))
        {
            for (var i = 0; i < 5; i++)
            {
                position = await store.WriteAsync(tx => tx.AppendFactAsync(Fact(i)));
                await store.WriteAsync(tx => tx.EnqueueAsync(new JobRequest { Kind = "work", Subject = $"note/{i}", UniqueKey = $"k{i}" }));
                await store.WriteAsync(tx => tx.AppendAuditEntryAsync($$"""{"n":{{i}}}"""));
            }

            await store.WriteAsync(tx => tx.RemoveAuditEntriesAsync(4));
            var claimed = await new JobQueue(store).ClaimAsync("w1", ["work"], 2);
            token = claimed.Max(l => l.FencingToken);
            await store.WriteAsync(tx => tx.CompleteAsync(claimed[0]));
            login = await new OpsSessions(store).CreateLoginTokenAsync(
                "Tess", "admin", TimeSpan.FromHours(1), _ => Task.CompletedTask);
        }

        await CopiedStores.CopyAsync(_stores.Sqlite, _stores.Postgres);
        (position, token) = await GoesOnAsync(_stores.Postgres, position, token);
        await using (var store = CopiedStores.Open(_stores.Postgres))
        {
            Assert.Equal("admin", (await new OpsSessions(store).RedeemAsync(login))?.Session.Role);
        }

        await CopiedStores.CopyAsync(_stores.Postgres, _stores.InFile("back.db"));
        await GoesOnAsync(_stores.InFile("back.db"), position, token);
    }

    [PostgresFact]
    public async Task A_copy_that_is_interrupted_at_every_batch_is_gone_on_with_and_no_store_opens_it_before_its_end()
    {
        await _stores.FillAsync();
        var before = await _stores.ValuesAsync(_stores.Sqlite);
        Assert.True(await InterruptedAsync(_stores.Sqlite, _stores.Postgres) > 8);
        Assert.True(await InterruptedAsync(_stores.Postgres, _stores.InFile("back.db")) > 8);
        Assert.Equal(before, await _stores.ValuesAsync(_stores.InFile("back.db")));
    }

    [PostgresFact]
    public async Task A_source_that_was_written_to_after_an_interruption_is_copied_anew()
    {
        await _stores.FillAsync();
        await InterruptAsync(_stores.Sqlite, _stores.Postgres, CopyPhase.Verifying);
        await using (var store = CopiedStores.Open(_stores.Sqlite))
        {
            await store.WriteAsync(tx => tx.AppendFactAsync(Fact(1)));
        }

        var result = await CopiedStores.CopyAsync(_stores.Sqlite, _stores.Postgres);

        Assert.Contains("has been written to", result.BegunAnew, StringComparison.Ordinal);
        Assert.Equal(1, Rows(result, "journal"));
    }

    [PostgresFact]
    public async Task A_change_that_only_the_comparison_can_find_is_found_by_it_and_the_next_run_begins_anew()
    {
        await _stores.FillAsync();
        var planted = false;
        var found = await Assert.ThrowsAsync<StoreCopyException>(() => CopiedStores.CopyAsync(
            _stores.Sqlite,
            _stores.Postgres,
            new CopiedStores.At(p =>
            {
                if (p.Phase == CopyPhase.Verifying && !planted)
                {
                    planted = true;
                    _stores.PostgresAsync("UPDATE pairs SET a = 4 WHERE a = 3").GetAwaiter().GetResult();
                }
            })));

        Assert.Contains("Table pairs has 7 rows with checksum", found.Message, StringComparison.Ordinal);
        Assert.Contains("found to differ", Assert.Throws<StoreSchemaException>(() => CopiedStores.Open(_stores.Postgres)).Message,
            StringComparison.Ordinal);
        var again = await CopiedStores.CopyAsync(_stores.Sqlite, _stores.Postgres);
        Assert.Contains("found to differ", again.BegunAnew, StringComparison.Ordinal);
        await CopiedStores.Open(_stores.Postgres).DisposeAsync();
    }

    [PostgresFact]
    public async Task Facts_whose_order_is_not_the_sources_are_found()
    {
        await using (var store = CopiedStores.Open(_stores.Sqlite))
        {
            for (var i = 0; i < 4; i++)
            {
                await store.WriteAsync(tx => tx.AppendFactAsync(Fact(i)));
            }
        }

        await InterruptAsync(_stores.Sqlite, _stores.Postgres, CopyPhase.Verifying);
        await _stores.PostgresAsync(
            "ALTER TABLE journal DISABLE TRIGGER USER; UPDATE journal SET position = 9 WHERE position = 2; "
            + "ALTER TABLE journal ENABLE TRIGGER USER");
        var found = await Assert.ThrowsAsync<StoreCopyException>(() => CopiedStores.CopyAsync(_stores.Sqlite, _stores.Postgres));
        Assert.Contains("Table journal has 4 rows", found.Message, StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => _stores.DisposeAsync();

    private static JournalFact Fact(int i) => new() { Type = "note.made", Subject = $"note/{i}" };

    private static long Rows(CopyResult result, string table) => result.Tables.Single(t => t.Name == table).Rows;

    /// <summary>New facts come after the old ones for who follows, and new claims outrank the old ones.</summary>
    private static async Task<(long Position, long Token)> GoesOnAsync(string connectionString, long position, long token)
    {
        await using var store = CopiedStores.Open(connectionString);
        Assert.Empty(await store.ReadAsync(tx => tx.FactsSinceAsync(position)));
        Assert.Single(await store.ReadAsync(tx => tx.FactsSinceAsync(position - 1)));
        var repeated = new JobRequest { Kind = "work", Subject = "note/0", UniqueKey = "k0" };
        Assert.Null(await store.WriteAsync(tx => tx.EnqueueAsync(repeated)));
        var next = await store.WriteAsync(async tx =>
        {
            await tx.AppendAuditEntryAsync("{}");
            return await tx.AppendFactAsync(Fact(9));
        });
        await Eventually.TrueAsync(
            async () => (await store.ReadAsync(tx => tx.FactsSinceAsync(position))).Select(f => f.Position).SequenceEqual([next]),
            "who follows is given the new fact");
        await Eventually.TrueAsync(async () => (await store.ReadAsync(tx => tx.AuditOutboxAsync(10))).Count >= 2, "and the entry");
        var entries = await store.ReadAsync(tx => tx.AuditOutboxAsync(10));
        Assert.Equal("{}", entries[^1].Entry);
        var claimed = await new JobQueue(store).ClaimAsync("w2", ["work"], 1);
        Assert.True(Assert.Single(claimed).FencingToken > token);
        return (next, claimed[0].FencingToken);
    }

    /// <summary>
    /// Runs it until it comes to its end, interrupting it after its first batch each time; returns how many runs that took.
    /// </summary>
    private static async Task<int> InterruptedAsync(string from, string to)
    {
        for (var run = 1; ; run++)
        {
            try
            {
                await CopiedStores.CopyAsync(
                    from, to, new CopiedStores.At(p => Interrupt(p.Phase == CopyPhase.Copying && p.Rows > 0)), batchRows: 3);
                return run;
            }
            catch (InvalidTimeZoneException)
            {
                Assert.Contains("is not complete", Assert.Throws<StoreSchemaException>(() => CopiedStores.Open(to)).Message,
                    StringComparison.Ordinal);
            }
        }
    }

    private static async Task InterruptAsync(string from, string to, CopyPhase phase) =>
        await Assert.ThrowsAsync<InvalidTimeZoneException>(
            () => CopiedStores.CopyAsync(from, to, new CopiedStores.At(p => Interrupt(p.Phase == phase))));

    // A failure that nothing else has.
    private static void Interrupt(bool isNow)
    {
        if (isNow)
        {
            throw new InvalidTimeZoneException();
        }
    }
}
