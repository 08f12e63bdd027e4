using System.Collections.Concurrent;
using System.Diagnostics;
using Npgsql;
using Orion.Store;
using Orion.Store.Journal;

namespace Orion.Store.Tests;

/// <summary>
/// A transaction of PostgreSQL begins with its first statement, in one message, and its closure knows the time before that.
/// </summary>
[Trait("Store", "once")]
public sealed class TransactionStartTests : IAsyncDisposable
{
    private const string Clock = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint";

    private readonly PostgresDatabase _database = PostgresServer.NewDatabase();
    private readonly DomainStore _store;

    public TransactionStartTests() =>
        _store = new DomainStore(new DomainStoreOptions { ConnectionString = _database.ConnectionString }, TimeProvider.System);

    [PostgresFact]
    public async Task The_time_that_a_closure_goes_by_is_the_databases_whenever_it_looks()
    {
        for (var i = 0; i < 50; i++)
        {
            var (before, shown, after) = await _store.WriteAsync(async tx =>
            {
                var now = i % 2 == 0 ? tx.Now : DateTimeOffset.MinValue;
                var clock = (await tx.QueryAsync<DateTimeOffset>(Clock))[0];
                return (i % 2 == 0 ? now : tx.Now, clock, tx.Now);
            });

            Assert.Equal(before, after);
            Assert.InRange(before, shown - TimeSpan.FromSeconds(2), shown + TimeSpan.FromMilliseconds(5));
        }
    }

    [PostgresFact]
    public async Task A_closure_that_looked_at_the_clock_long_before_its_first_statement_sees_another_time()
    {
        await _store.WriteAsync(tx => tx.ExecuteAsync("CREATE TABLE notes (id INTEGER PRIMARY KEY, made_at BIGINT NOT NULL)"));
        var times = new List<DateTimeOffset>();

        await _store.WriteAsync(async tx =>
        {
            times.Add(tx.Now);

            // As a process does that was stopped here, for longer than what can be let pass; also the second time.
            Assert.True(SpinWait.SpinUntil(() => DateTimeOffset.UtcNow > times[^1] + TimeSpan.FromMilliseconds(400), 30_000));
            await tx.ExecuteAsync("INSERT INTO notes VALUES (1, @now)", new { tx.Now });
        });

        Assert.Equal(2, times.Count);
        Assert.True(times[1] > times[0] + TimeSpan.FromMilliseconds(250), $"{times[0]:O} {times[1]:O}");
        Assert.Equal([times[1]], await _store.ReadAsync(tx => tx.QueryAsync<DateTimeOffset>("SELECT made_at FROM notes")));
    }

    [PostgresFact]
    public async Task What_fails_before_the_first_statement_or_with_it_leaves_a_connection_that_can_be_used()
    {
        await _store.WriteAsync(tx => tx.ExecuteAsync("CREATE TABLE notes (id TEXT PRIMARY KEY)"));
        for (var i = 0; i < 40; i++)
        {
            await Assert.ThrowsAsync<FormatException>(() => _store.WriteAsync<int>(_ => throw new FormatException()));
            await Assert.ThrowsAsync<PostgresException>(() => _store.WriteAsync(tx => tx.ExecuteAsync("INSERT INTO nowhere VALUES (1)")));
            await Assert.ThrowsAsync<PostgresException>(() => _store.ReadAsync(tx => tx.QueryAsync<int>("SELECT FROM WHERE")));
            await Assert.ThrowsAnyAsync<Exception>(() => _store.WriteAsync(tx => tx.ExecuteAsync("INSERT INTO notes VALUES (@id)")));
            Assert.Equal(7, await _store.ReadAsync(_ => Task.FromResult(7)));
        }

        await _store.WriteAsync(tx => tx.ExecuteAsync("INSERT INTO notes VALUES ('a')"));
        Assert.Equal(["a"], await _store.ReadAsync(tx => tx.QueryAsync<string>("SELECT id FROM notes")));
        Assert.Equal(0, await IdleInTransactionAsync());
    }

    [PostgresFact]
    public async Task A_fact_that_is_a_transactions_first_statement_has_its_place_in_the_journal()
    {
        var first = await _store.WriteAsync(tx => tx.AppendFactAsync(Fact("first")));
        var second = await _store.WriteAsync(async tx =>
        {
            await tx.ExecuteAsync("CREATE TABLE notes (id TEXT PRIMARY KEY)");
            return await tx.AppendFactAsync(Fact("second"));
        });

        Assert.True(first < second);
        await Eventually.TrueAsync(async () => (await _store.ReadAsync(tx => tx.FactsSinceAsync(0))).Count == 2, "both settled");
    }

    [PostgresFact]
    public async Task A_connection_has_the_stores_limits_beside_options_of_ones_own()
    {
        var settings = new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Options = "-c work_mem=5MB" };
        var options = new DomainStoreOptions { ConnectionString = settings.ConnectionString, BusyTimeout = TimeSpan.FromSeconds(3) };
        await using var store = new DomainStore(options, TimeProvider.System);

        var set = await store.ReadAsync(tx => tx.QueryAsync<string>(
            "SELECT current_setting(s) FROM unnest("
            + "'{lock_timeout,statement_timeout,idle_in_transaction_session_timeout,jit,work_mem}'::text[]) s"));

        Assert.Equal(["3s", "8s", "8s", "off", "5MB"], set);
    }

    [PostgresFact]
    public async Task A_process_takes_sixteen_connections_beside_the_one_that_listens_and_keeps_its_statements_prepared()
    {
        await _store.WriteAsync(tx => tx.ExecuteAsync("CREATE TABLE notes (id INTEGER PRIMARY KEY)"));
        await Task.WhenAll(Enumerable.Range(0, 400).Select(i => _store.WriteAsync(tx =>
            tx.ExecuteAsync("INSERT INTO notes VALUES (@i)", new { i }))));

        await using var connection = new NpgsqlConnection(_database.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()", connection);
        Assert.InRange((long)(await command.ExecuteScalarAsync())!, 1, 17);
        Assert.Contains(
            "INSERT INTO notes VALUES ($1)",
            await _store.ReadAsync(tx => tx.QueryAsync<string>("SELECT statement FROM pg_prepared_statements")));
    }

    [PostgresFact]
    public async Task What_a_connection_string_says_of_the_pool_is_kept()
    {
        var settings = new NpgsqlConnectionStringBuilder(_database.ConnectionString) { MaxPoolSize = 4, MaxAutoPrepare = 0 };
        await using var store = new DomainStore(
            new DomainStoreOptions { ConnectionString = settings.ConnectionString }, TimeProvider.System);

        var counts = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => store.ReadAsync(tx => tx.QueryAsync<long>(
            "SELECT count(*) FROM pg_prepared_statements"))));

        Assert.All(counts, c => Assert.Equal([0L], c));
    }

    [PostgresFact]
    public async Task Spans_of_statements_show_what_the_closure_asked_for()
    {
        var texts = new ConcurrentQueue<string?>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Npgsql" or nameof(TransactionStartTests),
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
        };
        using var source = new ActivitySource(nameof(TransactionStartTests));
        ActivitySource.AddActivityListener(listener);
        using (var request = source.StartActivity("request"))
        {
            listener.ActivityStopped = span =>
            {
                if (span.TraceId == request!.TraceId && span.GetTagItem("db.query.text") is string text)
                {
                    texts.Enqueue(text);
                }
            };
            await _store.WriteAsync(tx => tx.ExecuteAsync("CREATE TABLE notes (id TEXT PRIMARY KEY)"));
            await _store.ReadAsync(tx => tx.QueryAsync<string>("SELECT id FROM notes"));
        }

        // The first of a process asks the clock.
        Assert.Equal(
            ["BEGIN", "CREATE TABLE notes (id TEXT PRIMARY KEY)", "COMMIT", "SELECT id FROM notes", "ROLLBACK"], texts);
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await _database.DisposeAsync();
    }

    private static JournalFact Fact(string note) => new() { Type = "note.made", Subject = $"note/{note}" };

    private async Task<long> IdleInTransactionAsync()
    {
        await using var connection = new NpgsqlConnection(_database.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'", connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
