using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace OrionPlatform.Tests;

/// <summary>
/// A PostgreSQL server of this test process's own, in a temporary folder, which is gone with it; or the one that
/// <c>ORION_TEST_POSTGRES</c> names by a connection string of somebody who may create databases. Its programs are found on the path or
/// where Debian's packages put them.
/// </summary>
/// <remarks>
/// What it acknowledges it need not keep over a power cut (fsync is off) unless it is durable: the tests kill processes, not machines.
/// </remarks>
internal sealed class PostgresServer : IDisposable
{
    private const string OwnServerKey = "ORION_TEST_POSTGRES";
    private static readonly Lazy<PostgresServer> s_shared = new(() => Start());
    private static readonly Lazy<PostgresServer> s_sharedDurable = new(() => Start(isDurable: true));

    // The programs refuse to run as root: the account that Debian's package made, or that of nobody.
    private static readonly string? s_user = Environment.UserName != "root" ? null : UserExists("postgres") ? "postgres" : "nobody";

    private readonly string _folder;
    private readonly string _binaries;

    private PostgresServer(string folder, string binaries, int port)
    {
        (_folder, _binaries, Port) = (folder, binaries, port);

        ConnectionString = $"Host=127.0.0.1;Port={port.ToString(CultureInfo.InvariantCulture)};Username=postgres;Database=postgres";
    }

    /// <summary>Why there are no programs here to start a server of a test's own with, and how to get them; null when there are.</summary>
    public static string? MissingPrograms { get; } = Binaries() is not null
        ? null
        : "Needs PostgreSQL's programs: no pg_ctl on the path (Debian: apt-get install postgresql).";

    /// <summary>Why there is no server here, and how to get one; null when there is.</summary>
    public static string? Missing { get; } = Environment.GetEnvironmentVariable(OwnServerKey) is { Length: > 0 } || MissingPrograms is null
        ? null
        : $"{MissingPrograms} Or set {OwnServerKey}.";

    public int Port { get; }

    /// <summary>Of its maintenance database.</summary>
    public string ConnectionString { get; }

    /// <summary>Makes an empty database on the server that the tests of this process share. Blocks meanwhile.</summary>
    /// <param name="isDurable">Whether a commit reaches the disk, as it does in production.</param>
    public static PostgresDatabase NewDatabase(bool isDurable = false)
    {
        var shared = isDurable ? s_sharedDurable : s_shared;
        var server = Environment.GetEnvironmentVariable(OwnServerKey) is { Length: > 0 } own ? own : shared.Value.ConnectionString;

        // On the pool: the context of a test would wait for itself.
        return Task.Run(() => PostgresDatabase.CreateAsync(server)).GetAwaiter().GetResult();
    }

    /// <summary>Starts another program that refuses to run as root, as the server is.</summary>
    public static Process StartProgram(string program, params string[] arguments) => StartAs(s_user, program, arguments);

    /// <summary>Runs a program that comes with the server, as <c>pg_dump</c>, to its end.</summary>
    /// <param name="connectionString">The database that it is told to connect to.</param>
    /// <param name="program">Its name.</param>
    /// <param name="arguments">Its other arguments.</param>
    public static void RunClient(string connectionString, string program, params string[] arguments)
    {
        var server = new NpgsqlConnectionStringBuilder(connectionString);
        var where = $"host={server.Host} port={server.Port} user={server.Username} password='{server.Password}' dbname={server.Database}";
        RunAs(null, Path.Combine(Binaries() ?? throw new InvalidOperationException(MissingPrograms), program), ["-d", where, .. arguments]);
    }

    /// <summary>Hands a folder to the account that <see cref="StartProgram"/> uses.</summary>
    public static void HandOver(string folder)
    {
        if (s_user is not null)
        {
            RunAs(null, "chown", "-R", s_user, folder);
        }
    }

    /// <summary>A server for one test alone, which it may kill.</summary>
    /// <param name="isDurable">Whether a commit reaches the disk, as it does in production.</param>
    public static PostgresServer Start(bool isDurable = false)
    {
        var binaries = Binaries() ?? throw new InvalidOperationException(MissingPrograms);
        var server = new PostgresServer(Directory.CreateTempSubdirectory("orion-postgres-").FullName, binaries, FreePort());
        server.Initialise(isDurable);
        server.EndWithThisProcess();
        server.Up();
        return server;
    }

    /// <summary>Starts it.</summary>
    public void Up() => Run(
        "pg_ctl", "start", "-w", "-t", "60", "-D", Data, "-l", Path.Combine(_folder, "log"),
        "-o", $"-p {Port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={_folder}");

    /// <summary>Stops it: <c>fast</c> ends its sessions, <c>immediate</c> is a crash.</summary>
    public void Down(string mode) => Run("pg_ctl", "stop", "-w", "-D", Data, "-m", mode);

    /// <summary>Stops it and starts it again.</summary>
    public void Restart(string mode)
    {
        Down(mode);
        Up();
    }

    public void Dispose()
    {
        try
        {
            Down("immediate");
        }
        catch (InvalidOperationException)
        {
            // It was down already.
        }

        try
        {
            Directory.Delete(_folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It lies in the system's temporary directory.
        }
    }

    private string Data => Path.Combine(_folder, "data");

    /// <summary>Ends the server, and removes its folder, when this process ends, however it does.</summary>
    private void EndWithThisProcess()
    {
        var pid = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        using var watching = Process.Start(new ProcessStartInfo("/bin/sh")
        {
            ArgumentList =
            {
                "-c",

                // In the background of a shell that has ended, so that it is nobody's child and is not killed with this process's children.
                // It remembers the server's number: whose folder has been removed still runs.
                $"(server=; while kill -0 {pid} 2>/dev/null && [ -d '{_folder}' ]; do "
                    + $"[ -f '{Data}/postmaster.pid' ] && server=$(head -1 '{Data}/postmaster.pid'); sleep 0.5; done; "
                    + $"[ -n \"$server\" ] && kill -QUIT $server; sleep 0.5; rm -rf '{_folder}') 2>/dev/null &",
            },
            UseShellExecute = false,
            WorkingDirectory = "/",

            // Not this process's own: who waits for their end would wait for the watcher's.
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        });
    }

    private void Initialise(bool isDurable)
    {
        HandOver(_folder);
        Run("initdb", "-D", Data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync");
        RunAs(s_user, "/bin/sh", "-c", $"cat >> '{Path.Combine(Data, "postgresql.conf")}' <<'END'\n"
            + $"fsync = {(isDurable ? "on" : "off")}\nmax_connections = 400\nshared_buffers = 64MB\ntimezone = 'UTC'\nEND\n");
    }

    private void Run(string program, params string[] arguments) => RunAs(s_user, Path.Combine(_binaries, program), arguments);

    private static void RunAs(string? user, string program, params string[] arguments)
    {
        using var process = StartAs(user, program, arguments);

        // pg_ctl's server inherits its output, which therefore never ends: nothing is read to its end, only a failure's words.
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException(
                $"{program} ended with {process.ExitCode}: {process.StandardError.ReadToEnd()}{process.StandardOutput.ReadToEnd()}");
        }
    }

    private static Process StartAs(string? user, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo
        {
            FileName = user is null ? program : "setpriv",
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,

            // One that everybody may enter.
            WorkingDirectory = "/",
        };
        string[] asUser = user is null ? [] : [$"--reuid={user}", $"--regid={user}", "--clear-groups", program];
        foreach (var argument in asUser.Concat(arguments))
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }

    private static string? Binaries()
    {
        if (OperatingSystem.IsWindows())
        {
            return null;
        }

        var debian = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").OrderByDescending(d => d, StringComparer.Ordinal).Select(d => d + "/bin")
            : [];

        // Those of a package first: what is on the path may be a link to pg_ctl alone.
        return debian.Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator))
            .FirstOrDefault(d => File.Exists(Path.Combine(d, "initdb")) && File.Exists(Path.Combine(d, "pg_ctl")));
    }

    private static bool UserExists(string name) =>
        File.ReadLines("/etc/passwd").Any(l => l.StartsWith(name + ":", StringComparison.Ordinal));

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>A database of a test's own.</summary>
internal sealed class PostgresDatabase : IAsyncDisposable
{
    private readonly string _server;
    private readonly string _name;

    private PostgresDatabase(string server, string name)
    {
        (_server, _name) = (server, name);
        ConnectionString = new NpgsqlConnectionStringBuilder(server) { Database = name, Timeout = 30 }.ConnectionString;
    }

    public string ConnectionString { get; }

    public static async Task<PostgresDatabase> CreateAsync(string server)
    {
        var name = "t_" + Guid.NewGuid().ToString("N");

        // A database of this size is copied four times as fast as it is written to the log (which PostgreSQL 15 does, unless it is told).
        await ExecuteAsync(server, $"CREATE DATABASE {name} TEMPLATE template0{{0}}");
        return new PostgresDatabase(server, name);
    }

    /// <summary>Every row of every table, as text.</summary>
    public async Task<string> RowsAsync()
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false, Options = "-c bytea_output=escape" }.ConnectionString);
        await connection.OpenAsync();
        var tables = await TextsAsync(connection, "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = current_schema()");
        var rows = new List<string>();
        foreach (var table in tables)
        {
            rows.AddRange(await TextsAsync(connection, $"SELECT t::text FROM {table} t"));
        }

        return string.Join('\n', rows);
    }

    public async ValueTask DisposeAsync()
    {
        await ExecuteAsync(_server, $"DROP DATABASE IF EXISTS {_name} WITH (FORCE)");
    }

    private static async Task<List<string>> TextsAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var texts = new List<string>();
        while (await reader.ReadAsync())
        {
            texts.Add(reader.GetString(0));
        }

        return texts;
    }

    private static async Task ExecuteAsync(string server, string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        var strategy = connection.PostgreSqlVersion.Major >= 15 ? " STRATEGY file_copy" : "";
        await using var command = new NpgsqlCommand(string.Format(CultureInfo.InvariantCulture, sql, strategy), connection);
        await command.ExecuteNonQueryAsync();
    }
}
