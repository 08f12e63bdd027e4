using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using Orion.Store;
using Orion.Store.Health;
using Orion.Store.Journal;

namespace Orion.Store.Tests;

/// <summary>
/// A server that crashes, comes back, or cannot be reached: what was acknowledged is there, once, and what is refused was not done.
/// </summary>
[Trait("Store", "once")]
public sealed class PostgresFailureTests
{
    [PostgresFact]
    public async Task A_commit_whose_answer_was_lost_is_acknowledged_and_one_that_never_arrived_is_made_again()
    {
        await using var database = PostgresServer.NewDatabase();
        var server = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        await using var proxy = new CuttingProxy(server.Port);
        (server.Host, server.Port) = ("127.0.0.1", proxy.Port);
        await using var store = new DomainStore(
            new DomainStoreOptions { ConnectionString = server.ConnectionString, ListenConnectionString = database.ConnectionString },
            TimeProvider.System);
        await store.WriteAsync(tx => tx.ExecuteAsync("CREATE TABLE notes (id TEXT)"));
        for (var i = 0; i < 10; i++)
        {
            if (i % 2 == 0)
            {
                proxy.CutAfter();
            }
            else
            {
                proxy.CutBefore();
            }

            var id = i.ToString(CultureInfo.InvariantCulture);
            await store.WriteAsync(tx => tx.ExecuteAsync("INSERT INTO notes VALUES (@id)", new { id }));
        }

        Assert.Equal(10, proxy.Cuts);
        Assert.Equal(
            Enumerable.Range(0, 10).Select(i => i.ToString(CultureInfo.InvariantCulture)),
            await store.ReadAsync(tx => tx.QueryAsync<string>("SELECT id FROM notes ORDER BY id")));
    }

    [PostgresFact(NeedsPrograms = true)]
    public async Task A_server_that_crashes_under_load_keeps_what_was_acknowledged_and_says_what_it_does_not_know()
    {
        using var server = PostgresServer.Start();
        await using var store = new DomainStore(
            new DomainStoreOptions { ConnectionString = server.ConnectionString, BusyTimeout = TimeSpan.FromSeconds(60) },
            TimeProvider.System);
        await store.WriteAsync(tx => tx.ExecuteAsync("CREATE TABLE notes (id TEXT PRIMARY KEY)"));
        using var enough = new CancellationTokenSource();
        var (made, unknown) = (new ConcurrentBag<string>(), new ConcurrentBag<string>());
        var writers = Enumerable.Range(0, 8).Select(lane => Task.Run(async () =>
        {
            for (var i = 0; !enough.IsCancellationRequested; i++)
            {
                var id = $"{lane}-{i}";
                try
                {
                    await store.WriteAsync(async tx =>
                    {
                        await tx.ExecuteAsync("INSERT INTO notes VALUES (@id)", new { id });
                        await tx.AppendFactAsync(new JournalFact { Type = "note.made", Subject = $"note/{id}" });
                    });
                    made.Add(id);
                }
                catch (StoreOutcomeUnknownException)
                {
                    unknown.Add(id);
                }
            }
        })).ToList();
        for (var crash = 0; crash < 3; crash++)
        {
            var before = made.Count;
            await Eventually.TrueAsync(() => made.Count > before + 50, "it writes", TimeSpan.FromSeconds(60));
            server.Restart("immediate");
        }

        var last = made.Count;
        await Eventually.TrueAsync(() => made.Count > last + 50, "it writes again", TimeSpan.FromSeconds(60));
        await enough.CancelAsync();
        await Task.WhenAll(writers);

        // Whatever was on its way in a crash was made again, but for commits whose end nobody can tell: no more of them than writers.
        var stored = await store.ReadAsync(tx => tx.QueryAsync<string>("SELECT id FROM notes"));
        var told = await store.ReadAsync(tx => tx.QueryAsync<string>("SELECT substr(subject, 6) FROM journal"));
        Assert.Empty(made.Except(stored));
        Assert.Empty(stored.Except(made).Except(unknown));
        Assert.Equal(stored.Order(StringComparer.Ordinal), told.Order(StringComparer.Ordinal));
        Assert.InRange(unknown.Count, 0, 3 * writers.Count);
    }

    [PostgresFact(NeedsPrograms = true)]
    public async Task While_the_server_is_away_a_write_is_refused_in_time_health_says_so_and_both_recover()
    {
        using var server = PostgresServer.Start();
        await using var store = new DomainStore(
            new DomainStoreOptions { ConnectionString = server.ConnectionString, BusyTimeout = TimeSpan.FromMilliseconds(300) },
            TimeProvider.System);
        var health = new StoreHealthCheck(store, TimeProvider.System);
        await store.WriteAsync(tx => tx.ExecuteAsync("CREATE TABLE notes (id TEXT PRIMARY KEY)"));
        server.Down("immediate");

        await Assert.ThrowsAsync<StoreFailedException>(() => store.WriteAsync(tx => tx.ExecuteAsync("INSERT INTO notes VALUES ('a')")));
        await Assert.ThrowsAsync<StoreFailedException>(() => store.ReadAsync(tx => tx.QueryAsync<string>("SELECT id FROM notes")));
        await Assert.ThrowsAsync<StoreFailedException>(() => store.VersionAsync());
        Assert.Equal(7, await store.WaitForChangeAsync(7, TimeSpan.FromMilliseconds(50)));
        Assert.Equal(HealthStatus.Unhealthy, (await health.CheckHealthAsync(new HealthCheckContext())).Status);

        server.Up();
        await Eventually.TrueAsync(
            async () => await Record.ExceptionAsync(
                () => store.WriteAsync(tx => tx.ExecuteAsync("INSERT INTO notes VALUES ('b')"))) is null,
            "it writes again");
        Assert.Equal(HealthStatus.Healthy, (await health.CheckHealthAsync(new HealthCheckContext())).Status);
        Assert.Equal(["b"], await store.ReadAsync(tx => tx.QueryAsync<string>("SELECT id FROM notes")));
    }

    [PostgresFact(NeedsPrograms = true)]
    public async Task A_version_that_is_asked_for_while_the_server_restarts_is_told_once_it_is_back()
    {
        using var server = PostgresServer.Start();
        await using var store = new DomainStore(
            new DomainStoreOptions { ConnectionString = server.ConnectionString, BusyTimeout = TimeSpan.FromSeconds(60) },
            TimeProvider.System);
        await store.WriteAsync(tx => tx.ExecuteAsync("CREATE TABLE notes (id TEXT PRIMARY KEY)"));
        server.Down("immediate");

        var asked = store.VersionAsync();
        Assert.False(asked.IsCompleted);
        server.Up();

        await asked.WaitAsync(TimeSpan.FromSeconds(60));
    }

    [PostgresFact(NeedsPrograms = true)]
    public async Task What_cannot_be_reached_is_named_at_the_start_without_its_password()
    {
        using var server = PostgresServer.Start();
        var wrong = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = "nowhere", Password = "do-not-tell" }
            .ConnectionString;

        var refused = Assert.ThrowsAny<Exception>(
            () => new DomainStore(new DomainStoreOptions { ConnectionString = wrong }, TimeProvider.System));

        Assert.Contains("nowhere", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("do-not-tell", refused.ToString(), StringComparison.Ordinal);
        await Task.CompletedTask;
    }
}
