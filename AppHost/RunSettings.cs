using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;

namespace OrionPlatform.AppHost;

/// <summary>
/// What a run of the platform can be told: <c>--Ports:Api=0</c>, or <c>Ports__Api=0</c> in the environment, and so on
/// (docs/apphost.md).
/// </summary>
internal sealed class RunSettings : IDisposable
{
    private const string DataFolderKey = "Data:Directory";
    private const string ApiPortKey = "Ports:Api";
    private const string DashboardKey = "Dashboard:Enabled";
    private const string TrafficKey = "Traffic:Enabled";
    private const string EngineKey = "Store:Engine";
    private const string ContainersKey = "Store:Container";
    private const string ApiReplicasKey = "Replicas:Api";
    private const string WorkerReplicasKey = "Replicas:Worker";
    private const string UrlsKey = "ASPNETCORE_URLS";

    private const int MaxReplicas = 16;

    private static readonly string[] s_own =
    [
        DataFolderKey, ApiPortKey, DashboardKey, TrafficKey, EngineKey, ContainersKey, ApiReplicasKey, WorkerReplicasKey,
    ];

    // Sections and keys that Aspire and the .NET host read.
    private static readonly string[] s_theirSections =
    [
        "Parameters:", "ConnectionStrings:", "Logging:", "DcpPublisher:", "AppHost:", "Aspire:", "Pipeline:", "Publishing:", "Kestrel:",
        "ASPIRE_", "ASPNETCORE_", "DOTNET_", "OTEL_",
    ];

    private static readonly string[] s_theirs = ["environment", "contentRoot", "applicationName", "urls"];

    private readonly IDistributedApplicationBuilder _builder;
    private readonly string _apiPort;
    private readonly string _dashboard;
    private readonly string _traffic;
    private readonly string _engine;
    private readonly string _containers;
    private readonly string _apiReplicas;
    private readonly string _workerReplicas;

    // Held until the run ends, however it ends, so that the folder has one AppHost at a time.
    private FileStream? _claim;

    private RunSettings(IDistributedApplicationBuilder builder)
    {
        _builder = builder;
        DataFolder = Path.GetFullPath(builder.Configuration[DataFolderKey] ?? Path.Combine(builder.AppHostDirectory, "..", ".data"));
        _apiPort = builder.Configuration[ApiPortKey] ?? "5080";
        _dashboard = builder.Configuration[DashboardKey] ?? "true";
        _traffic = builder.Configuration[TrafficKey] ?? "true";
        _engine = builder.Configuration[EngineKey] ?? "sqlite";
        _containers = builder.Configuration[ContainersKey] ?? "true";
        _apiReplicas = builder.Configuration[ApiReplicasKey] ?? "1";
        _workerReplicas = builder.Configuration[WorkerReplicasKey] ?? "1";
    }

    /// <summary>Where databases, telemetry and development keys lie.</summary>
    public string DataFolder { get; }

    /// <summary>Port of the api; 0 for a free one.</summary>
    public int ApiPort => int.TryParse(_apiPort, out var port) ? port : 0;

    /// <summary>Whether gentle demo traffic runs.</summary>
    public bool Traffic => !bool.TryParse(_traffic, out var wanted) || wanted;

    /// <summary>Whether the store is on PostgreSQL; else it is a SQLite file.</summary>
    public bool Postgres => _engine.Equals("postgres", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether PostgreSQL may run in a container, where an engine for them does.</summary>
    public bool Containers => !bool.TryParse(_containers, out var wanted) || wanted;

    /// <summary>How many processes of the api run.</summary>
    public int ApiReplicas => int.TryParse(_apiReplicas, out var replicas) && replicas > 0 ? replicas : 1;

    /// <summary>How many processes of the worker run.</summary>
    public int WorkerReplicas => int.TryParse(_workerReplicas, out var replicas) && replicas > 0 ? replicas : 1;

    /// <summary>Keys of the demo tenants, written by the api in Development.</summary>
    public string DevKeysFile => InData("dev-keys.json");

    public static RunSettings From(IDistributedApplicationBuilder builder) => new(builder);

    /// <summary>
    /// Whether Aspire's dashboard runs. Aspire wants to know before there is a builder, so arguments and environment count here, and no
    /// file.
    /// </summary>
    public static bool WantsDashboard(string[] args)
    {
        var configuration = new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine(args).Build();
        var wanted = !bool.TryParse(configuration[DashboardKey], out var enabled) || enabled;

        // Another platform may run on this machine; its dashboard has the port of the launch profile then.
        if (wanted && Uri.TryCreate(configuration[UrlsKey]?.Split(';')[0], UriKind.Absolute, out var url)
            && url.Port != 0 && !IsFree(url.Port))
        {
            Environment.SetEnvironmentVariable(UrlsKey, $"{Uri.UriSchemeHttp}://127.0.0.1:0");
        }

        return wanted;
    }

    public void Dispose() => _claim?.Dispose();

    public string InData(string name) => Path.Combine(DataFolder, name);

    /// <summary>
    /// The first thing that would keep the platform from running, in a sentence; null when there is none. Claims the data folder, and
    /// makes the cluster of a PostgreSQL that is to run in it.
    /// </summary>
    public string? Problem(string[] args) =>
        ArgumentProblem(args)
        ?? (int.TryParse(_apiPort, out var port) && port is >= 0 and <= 65535
            ? null
            : $"{ApiPortKey} is '{_apiPort}'; it has to be a port, or 0 for a free one.")
        ?? SwitchProblem(TrafficKey, _traffic)
        ?? SwitchProblem(DashboardKey, _dashboard)
        ?? SwitchProblem(ContainersKey, _containers)
        ?? EngineProblem()
        ?? ReplicasProblem(ApiReplicasKey, _apiReplicas)
        ?? ReplicasProblem(WorkerReplicasKey, _workerReplicas)
        ?? HomeProblem()
        ?? PortProblem()
        ?? FolderProblem()
        ?? _builder.Resources.OfType<LocalPostgresResource>().Select(r => r.Server.Problem()).FirstOrDefault();

    private static string? SwitchProblem(string key, string value) =>
        bool.TryParse(value, out _) ? null : $"{key} is '{value}'; it has to be true or false.";

    private static string? ReplicasProblem(string key, string value) =>
        int.TryParse(value, out var replicas) && replicas is >= 1 and <= MaxReplicas
            ? null
            : $"{key} is '{value}'; it has to be a number from 1 to {MaxReplicas}.";

    private string? EngineProblem()
    {
        if (!Postgres)
        {
            return _engine.Equals("sqlite", StringComparison.OrdinalIgnoreCase)
                ? null
                : $"{EngineKey} is '{_engine}'; it has to be sqlite or postgres.";
        }

        return _builder.Configuration.GetConnectionString("store") is not { Length: > 0 } given || NamesServer(given)
            ? null
            : $"{EngineKey} is postgres, and ConnectionStrings:store names no server; one looks like Host=db;Database=store;Username=app.";
    }

    private static bool NamesServer(string connectionString) => connectionString.Split(';')
        .Any(part => part.Split('=')[0].Trim().ToUpperInvariant() is "HOST" or "SERVER");

    /// <summary>Aspire takes an argument that nothing reads without a word, so a slip of the pen would go unseen.</summary>
    private string? ArgumentProblem(string[] args)
    {
        foreach (var key in new ConfigurationBuilder().AddCommandLine(args).Build().AsEnumerable()
            .Where(e => e.Value is not null)
            .Select(e => e.Key))
        {
            if (key.StartsWith("Parameters:", StringComparison.OrdinalIgnoreCase) && Nearest(key, Parameters()) is var parameter)
            {
                if (!parameter.Equals(key, StringComparison.OrdinalIgnoreCase))
                {
                    return $"There is no parameter '{key["Parameters:".Length..]}'; did you mean --{parameter}? "
                        + $"AppHost has {string.Join(", ", Parameters())}.";
                }
            }
            else if (!Known(key))
            {
                return $"Nothing reads the argument --{key}; did you mean --{Nearest(key, s_own)}? "
                    + $"AppHost knows {string.Join(", ", s_own)} and what Aspire reads.";
            }
        }

        // What the configuration cannot parse it leaves out.
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i].Contains('=', StringComparison.Ordinal))
            {
                continue;
            }

            if (args[i] is not ['-' or '/', ..])
            {
                return $"'{args[i]}' is not an argument; one looks like --{ApiPortKey}=0.";
            }

            // Its value is the next argument.
            if (++i == args.Length || args[i] is ['-', '-', ..])
            {
                return $"The argument {args[i - 1]} has no value; give it one, as in {args[i - 1]}=VALUE.";
            }
        }

        return null;
    }

    private static bool Known(string key) =>
        s_own.Concat(s_theirs).Contains(key, StringComparer.OrdinalIgnoreCase)
        || s_theirSections.Any(section => key.StartsWith(section, StringComparison.OrdinalIgnoreCase));

    private IReadOnlyList<string> Parameters() => [.. _builder.Resources.OfType<ParameterResource>().Select(p => "Parameters:" + p.Name)];

    private static string Nearest(string key, IEnumerable<string> known) =>
        known.FirstOrDefault(k => k.StartsWith(key + ":", StringComparison.OrdinalIgnoreCase))
        ?? known.MinBy(k => Distance(key.ToUpperInvariant(), k.ToUpperInvariant()))!;

    /// <summary>Levenshtein's: characters to insert, remove or replace.</summary>
    private static int Distance(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (from[i - 1] == to[j - 1] ? 0 : 1)));
            }
        }

        return row[^1];
    }

    /// <summary>The orchestrator keeps its state there and ends with a stack trace without it.</summary>
    private static string? HomeProblem() =>
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile).Length > 0 && HomeVariable() is { Length: > 0 }
            ? null
            : $"{(OperatingSystem.IsWindows() ? "USERPROFILE" : "HOME")} is not set; Aspire keeps its state and your secrets below it. "
                + "Set it to a folder that you can write to.";

    private static string? HomeVariable() => Environment.GetEnvironmentVariable(OperatingSystem.IsWindows() ? "USERPROFILE" : "HOME");

    private string? PortProblem() => ApiPort == 0 || IsFree(ApiPort)
        ? null
        : $"Port {ApiPort} of the api is taken by another process; stop that process, or choose another port, "
            + $"for example --{ApiPortKey}=0 for a free one.";

    /// <summary>Kestrel binds localhost on IPv4 and IPv6; either may be taken.</summary>
    private static bool IsFree(int port)
    {
        foreach (var address in (IPAddress[])[IPAddress.Loopback, IPAddress.IPv6Loopback])
        {
            try
            {
                using var listener = new TcpListener(address, port);
                listener.Start();
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                return false;
            }
            catch (SocketException)
            {
                // No such address family here, or a port that only root may take: the api says so itself.
            }
        }

        return true;
    }

    private string? FolderProblem()
    {
        try
        {
            MakePrivate(DataFolder);
            _claim = new FileStream(InData("apphost.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return null;
        }
        catch (UnauthorizedAccessException e)
        {
            return $"The data folder {DataFolder} cannot be written: {e.Message} Choose another with --{DataFolderKey}=FOLDER.";
        }
        catch (IOException) when (File.Exists(InData("apphost.lock")))
        {
            return $"Another AppHost is using the data folder {DataFolder}; stop it, "
                + $"or choose another folder with --{DataFolderKey}=FOLDER.";
        }
        catch (IOException e)
        {
            return $"The data folder {DataFolder} cannot be used: {e.Message} Choose another with --{DataFolderKey}=FOLDER.";
        }
    }

    /// <summary>Databases, keys and telemetry are their owner's alone. Windows' profiles are private as they are.</summary>
    private static void MakePrivate(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
