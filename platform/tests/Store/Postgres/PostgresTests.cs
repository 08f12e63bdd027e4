using System.Data.Common;
using Npgsql;
using Orion.Store;
using Orion.Store.Jobs;
using Orion.Store.Journal;

namespace Orion.Store.Tests;

/// <summary>What only a database has in which many write at the same time.</summary>
[Trait("Store", "once")]
public sealed class PostgresTests : IAsyncDisposable
{
    private readonly PostgresDatabase _database = PostgresServer.NewDatabase();
    private readonly List<DomainStore> _opened = [];

    [PostgresFact]
    public async Task Who_follows_the_journal_misses_nothing_of_a_transaction_that_commits_after_a_later_one()
    {
        var store = Open();
        await using var slow = await ConnectAsync();
        var begun = await BeginWithNumberAsync(slow);
        var later = await store.WriteAsync(tx => tx.AppendFactAsync(Fact("later")));

        // It is committed and can be read, but what comes before it cannot be told yet.
        Assert.Single(await store.ReadAsync(tx => tx.FactsOfAsync("note/later")));
        Assert.Empty(await store.ReadAsync(tx => tx.FactsSinceAsync(0)));
        Assert.Equal(0, await store.ReadAsync(tx => tx.LastPositionAsync()));

        await ExecuteAsync(
            slow,
            "INSERT INTO journal (position, occurred_at, type, subject, data) "
            + $"VALUES ({begun}::bigint << 20, 1, 'note.made', 'note/slow', '{{}}'); COMMIT");
        await Eventually.TrueAsync(async () => (await store.ReadAsync(tx => tx.FactsSinceAsync(0))).Count == 2, "both settled");
        var facts = await store.ReadAsync(tx => tx.FactsSinceAsync(0));
        Assert.Equal(["note/slow", "note/later"], facts.Select(f => f.Fact.Subject));
        Assert.Equal(later, await store.ReadAsync(tx => tx.LastPositionAsync()));
    }

    [PostgresFact]
    public async Task Who_waits_for_a_change_learns_that_what_was_in_the_way_of_a_fact_was_given_up()
    {
        var store = Open();
        await using var slow = await ConnectAsync();
        await BeginWithNumberAsync(slow);
        await store.WriteAsync(tx => tx.AppendFactAsync(Fact("later")));
        var following = Task.Run(async () =>
        {
            while (true)
            {
                var version = await store.VersionAsync();
                if ((await store.ReadAsync(tx => tx.FactsSinceAsync(0))).Count > 0)
                {
                    return;
                }

                await store.WaitForChangeAsync(version, TimeSpan.FromHours(1));
            }
        });
        await Eventually.TrueAsync(
            async () => await CountAsync("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%snapshot()::text'") > 0,
            "it waits");
        Assert.False(following.IsCompleted);

        // Nobody is told of this.
        await ExecuteAsync(slow, "ROLLBACK");
        await following.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [PostgresFact]
    public async Task Two_writes_that_each_rest_on_what_the_other_changes_do_not_both_pass_and_neither_is_refused()
    {
        var (one, two) = (Open(), Open());
        await one.WriteAsync(tx => tx.ExecuteAsync("CREATE TABLE seats (id INTEGER PRIMARY KEY, taken INTEGER NOT NULL)"));
        await one.WriteAsync(tx => tx.ExecuteAsync("INSERT INTO seats SELECT n, 0 FROM generate_series(1, 10) n"));

        // Each takes a seat of its own, as long as fewer than five are taken: row locks alone would let all ten through.
        var taken = await Task.WhenAll(Enumerable.Range(1, 10).Select(seat => (seat % 2 == 0 ? one : two).WriteAsync(async tx =>
        {
            if (await tx.QuerySingleOrDefaultAsync<long>("SELECT count(*) FROM seats WHERE taken = 1") >= 5)
            {
                return false;
            }

            await tx.ExecuteAsync("UPDATE seats SET taken = 1 WHERE id = @seat", new { seat });
            return true;
        })));

        Assert.Equal(5, taken.Count(t => t));
        Assert.Equal(5, await CountAsync("SELECT count(*) FROM seats WHERE taken = 1"));
    }

    [PostgresFact]
    public async Task A_statement_that_failed_fails_the_write_also_where_the_closure_goes_on()
    {
        var store = Open();
        await store.WriteAsync(tx => tx.ExecuteAsync("CREATE TABLE notes (id TEXT PRIMARY KEY)"));

        var failed = await Assert.ThrowsAsync<PostgresException>(() => store.WriteAsync(async tx =>
        {
            await tx.ExecuteAsync("INSERT INTO notes VALUES ('a')");
            try
            {
                await tx.ExecuteAsync("INSERT INTO notes VALUES ('a')");
            }
            catch (DbException)
            {
                // The database would take the COMMIT, and undo everything.
            }

            return "done";
        }));

        Assert.Equal(PostgresErrorCodes.UniqueViolation, failed.SqlState);
        Assert.Equal(0, await CountAsync("SELECT count(*) FROM notes"));
    }

    [PostgresFact]
    public async Task What_a_closure_throws_for_reasons_of_its_own_is_told_at_once_whatever_it_looks_like()
    {
        var store = Open();
        var runs = 0;

        // As if a connection were lost; but it is not the store's.
        var failed = await Assert.ThrowsAsync<IOException>(() => store.WriteAsync<int>(_ =>
        {
            runs++;
            throw new IOException("mine");
        }));

        Assert.Equal(("mine", 1), (failed.Message, runs));
        Assert.Contains(nameof(PostgresTests), failed.StackTrace, StringComparison.Ordinal);
    }

    [PostgresFact]
    public async Task Deadlocked_writes_are_done_one_after_the_other()
    {
        var (one, two) = (Open(), Open());
        await one.WriteAsync(tx => tx.ExecuteAsync("CREATE TABLE pots (id INTEGER PRIMARY KEY, n INTEGER NOT NULL)"));
        await one.WriteAsync(tx => tx.ExecuteAsync("INSERT INTO pots VALUES (1, 0), (2, 0)"));

        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => (i % 2 == 0 ? one : two).WriteAsync(async tx =>
        {
            foreach (var id in i % 2 == 0 ? new[] { 1, 2 } : [2, 1])
            {
                await tx.ExecuteAsync("UPDATE pots SET n = n + 1 WHERE id = @id", new { id });
            }
        })));

        Assert.Equal(40, await CountAsync("SELECT sum(n)::bigint FROM pots"));
    }

    [PostgresFact]
    public async Task Jobs_that_many_claim_at_once_are_each_claimed_once()
    {
        var stores = Enumerable.Range(0, 4).Select(_ => Open()).ToArray();
        await stores[0].WriteAsync(async tx =>
        {
            for (var i = 0; i < 200; i++)
            {
                await tx.EnqueueAsync(new JobRequest { Kind = "work", Subject = $"note/{i}", TenantId = $"tn_{i % 7}" });
            }
        });

        var claimed = await Task.WhenAll(stores.Select(async (store, i) =>
        {
            var (queue, mine) = (new JobQueue(store), new List<JobLease>());
            while (await queue.ClaimAsync($"w{i}", ["work"], 5) is { Count: > 0 } leases)
            {
                mine.AddRange(leases);
                await Task.WhenAll(leases.Select(lease => store.WriteAsync(tx => tx.CompleteAsync(lease))));
            }

            return mine;
        }));

        // One that found nothing free may have ended early; what is left is still there, and nothing was handed out twice.
        var rest = await new JobQueue(stores[0]).ClaimAsync("rest", ["work"], 200);
        var all = claimed.SelectMany(c => c).Concat(rest).Select(l => l.Id).ToList();
        Assert.Equal((200, 200), (all.Count, all.Distinct().Count()));
    }

    [PostgresFact]
    public async Task A_listener_whose_connection_was_ended_listens_again()
    {
        var (one, two) = (Open(), Open());
        await one.WriteAsync(tx => tx.ExecuteAsync("CREATE TABLE notes (id TEXT PRIMARY KEY)"));
        const string Listeners = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()";
        await Eventually.TrueAsync(async () => await CountAsync(Listeners) == 2, "both listen");
        Assert.Equal(2, await CountAsync(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()"));
        await Eventually.TrueAsync(async () => await CountAsync(Listeners) == 2, "both listen again");

        var version = await one.VersionAsync();
        var waiting = one.WaitForChangeAsync(version, TimeSpan.FromHours(1));
        await two.WriteAsync(tx => tx.ExecuteAsync("INSERT INTO notes VALUES ('a')"));
        await waiting.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [PostgresFact]
    public async Task What_a_process_committed_last_before_it_ended_is_told_to_the_others()
    {
        var told = 0;
        await using var other = await ConnectAsync();
        other.Notification += (_, _) => told++;
        await ExecuteAsync(other, "LISTEN orion_store_public");
        await using (var ending = new DomainStore(
            new DomainStoreOptions { ConnectionString = _database.ConnectionString }, TimeProvider.System))
        {
            await ending.WriteAsync(tx => tx.ExecuteAsync("CREATE TABLE notes (id TEXT PRIMARY KEY)"));
            await Eventually.TrueAsync(
                async () =>
                {
                    await ExecuteAsync(other, "SELECT 1");
                    return told > 0 && await CountAsync(
                        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()") == 1;
                },
                "it has told of its beginning, and listens");
            await ExecuteAsync(other, "SELECT 1");
            told = 0;
            await ending.WriteAsync(tx => tx.ExecuteAsync("INSERT INTO notes VALUES ('last')"));
        }

        await ExecuteAsync(other, "SELECT 1");
        Assert.True(told > 0, "nobody was told of the last commit");
    }

    [PostgresFact]
    public async Task A_schema_may_have_the_longest_name_that_there_is()
    {
        var schema = new string('s', 63);
        await using var connection = await ConnectAsync();
        await ExecuteAsync(connection, $"CREATE SCHEMA {schema}");
        var options = new DomainStoreOptions { ConnectionString = $"{_database.ConnectionString};Search Path={schema}" };
        await using var store = new DomainStore(options, TimeProvider.System);

        await store.WriteAsync(tx => tx.AppendFactAsync(Fact("a")));

        await Eventually.TrueAsync(
            async () => await CountAsync(
                "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()") == 1,
            "it listens");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _opened)
        {
            await store.DisposeAsync();
        }

        await _database.DisposeAsync();
    }

    private static JournalFact Fact(string id) => new() { Type = "note.made", Subject = $"note/{id}" };

    private DomainStore Open()
    {
        var store = new DomainStore(new DomainStoreOptions { ConnectionString = _database.ConnectionString }, TimeProvider.System);
        _opened.Add(store);
        return store;
    }

    private async Task<NpgsqlConnection> ConnectAsync()
    {
        var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<long> BeginWithNumberAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("BEGIN; SELECT pg_current_xact_id()::text::bigint", connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private async Task<long> CountAsync(string sql)
    {
        await using var connection = await ConnectAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
