using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace OrionPlatform.AppHost;

/// <summary>
/// A PostgreSQL server of the data folder's own, for a machine without a container engine: the installed programs on a cluster in a folder
/// that is their user's alone. It listens on a socket in that folder, and on the loopback address where there can be no socket.
/// </summary>
internal sealed class LocalPostgres
{
    // What Debian's packages install is not on the path.
    private const string DebianFolder = "/usr/lib/postgresql";

    // Where the system limits a socket's path to the fewest bytes, macOS.
    private const int MaxSocketPath = 103;
    private const int SocketNumber = 5432;
    private const string User = "postgres";
    private const string Database = "store";

    private readonly ServerAccount? _account;
    private readonly int? _port;

    public LocalPostgres(string folder)
        : this(folder, Installed(folder))
    {
    }

    internal LocalPostgres(string folder, string? programs)
    {
        (Folder, Programs) = (folder, programs);
        _account = !OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess ? ServerAccount.Unprivileged() : null;
        _port = FitsSocket(folder) ? null : FreePort();
    }

    /// <summary>Where cluster, password and socket lie.</summary>
    public string Folder { get; }

    /// <summary>Where PostgreSQL's programs are; null when they are not installed.</summary>
    public string? Programs { get; }

    /// <summary>There is one once <see cref="Problem"/> has found none.</summary>
    public string ConnectionString => new NpgsqlConnectionStringBuilder
    {
        Host = _port is null ? Folder : IPAddress.Loopback.ToString(),
        Port = _port ?? SocketNumber,
        Username = User,
        Password = File.ReadAllText(PasswordFile).Trim(),
        Database = Database,
    }.ConnectionString;

    /// <summary>How the server is started: a program and its arguments.</summary>
    public (string Program, string[] Arguments) Start => Command(
        "postgres",
        "-D", Cluster, "-c", $"unix_socket_directories={(_port is null ? $"\"{Folder}\"" : "")}",
        "-c", $"listen_addresses={(_port is null ? "" : IPAddress.Loopback)}",
        "-c", "port=" + (_port ?? SocketNumber).ToString(CultureInfo.InvariantCulture),

        // Each replica of a service has a pool.
        "-c", "max_connections=400");

    private string Cluster => Path.Combine(Folder, "cluster");

    private string PasswordFile => Path.Combine(Folder, "password");

    /// <summary>
    /// What keeps the server from running, in a sentence; null when there is nothing. Makes the cluster, where there is none yet.
    /// </summary>
    public string? Problem()
    {
        if (Programs is null)
        {
            return "Store:Engine is postgres, and there is none here: no container engine answers, and PostgreSQL's programs are not "
                + "installed. Install Docker, Podman or PostgreSQL (Debian: apt-get install postgresql), or name a server in "
                + "ConnectionStrings:store.";
        }

        try
        {
            MakeFolder();
            if (!Directory.Exists(Cluster))
            {
                MakeCluster();
            }

            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return $"PostgreSQL cannot be run in {Folder}: {e.Message}";
        }
    }

    internal static bool FitsSocket(string folder) =>
        !OperatingSystem.IsWindows()
        && Encoding.UTF8.GetByteCount(Path.Combine(folder, $".s.PGSQL.{SocketNumber}")) <= MaxSocketPath

        // In a connection string, these two separate hosts and ports; in the server's list of folders, the quote ends one.
        && !folder.AsSpan().ContainsAny(',', ':', '"');

    private static string? Installed(string folder)
    {
        // A cluster belongs to the version that made it.
        var mark = Path.Combine(folder, "cluster", "PG_VERSION");
        var made = File.Exists(mark) ? File.ReadAllText(mark).Trim() : null;
        var debian = Directory.Exists(DebianFolder)
            ? Directory.GetDirectories(DebianFolder)
                .OrderByDescending(d => Path.GetFileName(d) == made)
                .ThenByDescending(d => int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out var version) ? version : 0)
                .Select(d => Path.Combine(d, "bin"))
            : [];
        return debian.Concat(OnPath())
            .FirstOrDefault(d =>
                File.Exists(Path.Combine(d, Executable("initdb"))) && File.Exists(Path.Combine(d, Executable("postgres"))));
    }

    private static string[] OnPath() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);

    private static string Executable(string program) => OperatingSystem.IsWindows() ? program + ".exe" : program;

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void MakeFolder()
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(Folder);
            return;
        }

        Directory.CreateDirectory(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if (_account is null)
        {
            return;
        }

        // The server's account may pass through the data folder, and see nothing else in it.
        var data = Path.GetDirectoryName(Folder)!;
        Run("chgrp", [_account.Group, data]);
        File.SetUnixFileMode(
            data, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute);
        Run("chown", [_account.Owner, Folder]);
        try
        {
            Run("setpriv", [.. _account.Become, "test", "-w", Folder]);
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidOperationException(
                $"its server does not run as root, and the user {_account.Name} cannot enter that folder. "
                + "Choose one below folders that are open to it, with --Data:Directory=FOLDER.", e);
        }
    }

    /// <summary>Under another name until it is whole: one that was begun and not finished is begun anew.</summary>
    private void MakeCluster()
    {
        var begun = Cluster + ".new";
        if (Directory.Exists(begun))
        {
            Directory.Delete(begun, recursive: true);
        }

        WritePassword();
        var (initdb, arguments) = Command(
            "initdb",
            "-D", begun, "-U", User, "--auth=scram-sha-256", $"--pwfile={PasswordFile}", "--encoding=UTF8", "--locale=C");
        Run(initdb, arguments);
        var (postgres, alone) = Command("postgres", "--single", "-D", begun, User);
        Run(postgres, alone, $"CREATE DATABASE {Database}\n");
        Directory.Move(begun, Cluster);
    }

    private void WritePassword()
    {
        File.Delete(PasswordFile);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new StreamWriter(PasswordFile, options))
        {
            file.WriteLine(RandomNumberGenerator.GetHexString(32, lowercase: true));
        }

        if (_account is not null)
        {
            Run("chown", [_account.Owner, PasswordFile]);
        }
    }

    private (string Program, string[] Arguments) Command(string program, params string[] arguments)
    {
        var path = Path.Combine(Programs ?? "", Executable(program));
        return _account is null ? (path, arguments) : ("setpriv", [.. _account.Become, path, .. arguments]);
    }

    /// <exception cref="InvalidOperationException">It failed; the message is the last thing that it said.</exception>
    private void Run(string program, string[] arguments, string input = "")
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(program, arguments)
            {
                WorkingDirectory = Folder,
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        var said = "";
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, e) => said = e.Data is { Length: > 0 } line ? line : said;
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException($"{program} cannot be started: {e.Message}.", e);
        }

        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        process.WaitForExit();

        // A server that is run for one statement ends with 0 also where that failed.
        if (process.ExitCode != 0 || said.Contains("ERROR:", StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"{Path.GetFileName(program)} ended with exit code {process.ExitCode}: {said}");
        }
    }

    /// <summary>Whom root runs the server as, which refuses to be run by root: the account of Debian's package, or nobody.</summary>
    private sealed record ServerAccount(string Name, string Id, string Group)
    {
        public string Owner => $"{Id}:{Group}";

        public string[] Become => [$"--reuid={Id}", $"--regid={Group}", "--clear-groups"];

        public static ServerAccount Unprivileged()
        {
            var accounts = File.ReadLines("/etc/passwd").Select(l => l.Split(':')).Where(a => a.Length > 3).ToList();
            var account = accounts.Find(a => a[0] == "postgres")
                ?? accounts.Find(a => a[0] == "nobody") ?? ["nobody", "", "65534", "65534"];
            return new ServerAccount(account[0], account[2], account[3]);
        }
    }
}

/// <summary>The server as a resource, whose connection string services take.</summary>
internal sealed class LocalPostgresResource : ExecutableResource, IResourceWithConnectionString
{
    public LocalPostgresResource(string name, LocalPostgres server)
        : base(name, server.Start.Program, server.Folder) => Server = server;

    public LocalPostgres Server { get; }

    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create($"{Server.ConnectionString}");
}

/// <summary>Puts the server into the application.</summary>
internal static class LocalPostgresExtensions
{
    public static IResourceBuilder<LocalPostgresResource> AddLocalPostgres(
        this IDistributedApplicationBuilder builder, string name, LocalPostgres server)
    {
        var check = name + "_check";
        builder.Services.AddHealthChecks().AddAsyncCheck(check, async cancellationToken =>
        {
            await using var connection = new NpgsqlConnection(server.ConnectionString + ";Pooling=false");
            await connection.OpenAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        });
        return builder.AddResource(new LocalPostgresResource(name, server))
            .WithArgs([.. server.Start.Arguments])
            .WithHealthCheck(check);
    }
}
