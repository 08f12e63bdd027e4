using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Npgsql;
using Orion.Store;
using Orion.Store.Journal;

namespace Orion.Store.Tests;

/// <summary>
/// Through PgBouncer in transaction mode, as docs/store.md says to do it: each transaction may be on another connection of the server's,
/// and nothing that belongs to a session is kept.
/// </summary>
[Trait("Store", "once")]
public sealed class PgBouncerTests
{
    [PgBouncerFact]
    public async Task Stores_read_write_follow_and_wake_each_other_through_it()
    {
        await using var database = PostgresServer.NewDatabase();
        using var pooler = PgBouncer.Start(database.ConnectionString);
        var options = new DomainStoreOptions { ConnectionString = pooler.ConnectionString };
        await using var one = new DomainStore(options, TimeProvider.System);
        await using var two = new DomainStore(options, TimeProvider.System);
        await one.WriteAsync(tx => tx.ExecuteAsync("CREATE TABLE notes (id TEXT PRIMARY KEY)"));

        // More at once than the pooler has connections of the server, so that sessions are handed from one to the other.
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => (i % 2 == 0 ? one : two).WriteAsync(async tx =>
        {
            await tx.ExecuteAsync("INSERT INTO notes VALUES (@id)", new { Id = $"n{i:000}" });
            await tx.AppendFactAsync(new JournalFact { Type = "note.made", Subject = $"note/{i}" });
        })));
        Assert.Equal(200, (await one.ReadAsync(tx => tx.QueryAsync<string>("SELECT id FROM notes"))).Count);
        await Eventually.TrueAsync(async () => (await two.ReadAsync(tx => tx.FactsSinceAsync(0))).Count == 200, "all facts settled");

        // The pooler takes no options of a connection: the limits go with each transaction, and stay on no session that others are given.
        Assert.Equal("10s", Assert.Single(await one.ReadAsync(tx => tx.QueryAsync<string>("SHOW lock_timeout"))));

        // (Without the driver's list of types, whose answer PgBouncer 1.18 holds back now and then: the store tries again, this would not.)
        var plain = new NpgsqlDataSourceBuilder(pooler.ConnectionString).ConfigureTypeLoading(t => t.EnableTypeLoading(false));
        await using (var source = plain.Build())
        await using (var other = await source.OpenConnectionAsync())
        {
            await using var command = new NpgsqlCommand("SHOW lock_timeout", other);
            Assert.Equal("0", await command.ExecuteScalarAsync());
        }

        // LISTEN does not get through; the database is asked instead.
        var version = await two.VersionAsync();
        var waiting = two.WaitForChangeAsync(version, TimeSpan.FromHours(1));
        await one.WriteAsync(tx => tx.ExecuteAsync("INSERT INTO notes VALUES ('woken')"));
        await waiting.WaitAsync(TimeSpan.FromSeconds(30));
    }

    /// <summary>Needs the program as well as a server.</summary>
    private sealed class PgBouncerFactAttribute : Xunit.FactAttribute
    {
        public PgBouncerFactAttribute() => Skip = PostgresServer.Missing
            ?? (PgBouncer.Program is null ? "Needs PgBouncer (Debian: apt-get install pgbouncer)." : null);
    }

    /// <summary>A pooler in front of one database, with fewer connections to it than its callers have to it.</summary>
    private sealed class PgBouncer : IDisposable
    {
        private readonly TempFolder _folder = new();
        private readonly Process _process;

        private PgBouncer(string connectionString)
        {
            var server = new NpgsqlConnectionStringBuilder(connectionString);
            var port = PostgresServer.FreePort();
            File.WriteAllText(_folder.File("users.txt"), $"\"{server.Username}\" \"\"\n");
            File.WriteAllText(_folder.File("pgbouncer.ini"), $"""
                [databases]
                {server.Database} = host={server.Host} port={server.Port} dbname={server.Database} user={server.Username}
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = {port}
                auth_type = any
                auth_file = {_folder.File("users.txt")}
                pool_mode = transaction
                default_pool_size = 5
                max_client_conn = 50
                unix_socket_dir =
                logfile = {_folder.File("log")}
                """);
            PostgresServer.HandOver(_folder.Path);
            _process = PostgresServer.StartProgram(Program!, "-q", _folder.File("pgbouncer.ini"));
            ConnectionString = new NpgsqlConnectionStringBuilder
            {
                Host = "127.0.0.1",
                Port = port,
                Database = server.Database,
                Username = server.Username,
                MaxAutoPrepare = 0,
            }.ConnectionString;
        }

        public static string? Program { get; } =
            new[] { "/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer" }.FirstOrDefault(File.Exists);

        public string ConnectionString { get; }

        public static PgBouncer Start(string connectionString)
        {
            var pooler = new PgBouncer(connectionString);
            var port = new NpgsqlConnectionStringBuilder(pooler.ConnectionString).Port;
            for (var clock = Stopwatch.StartNew(); ;)
            {
                try
                {
                    new TcpClient("127.0.0.1", port).Dispose();
                    return pooler;
                }
                catch (SocketException) when (clock.Elapsed < TimeSpan.FromSeconds(10))
                {
                    Thread.Sleep(20);
                }
            }
        }

        public void Dispose()
        {
            _process.Kill();
            _process.WaitForExit();
            _process.Dispose();
            _folder.Dispose();
        }
    }
}
