using System.Globalization;
using System.Net.Http.Headers;
using Npgsql;
using OrionPlatform.Tests;

namespace OrionPlatform.Services.Tests;

/// <summary>
/// Apis, workers and node agents as processes on one store, each as on a machine of its own, with the means to do them harm.
/// </summary>
internal sealed class FaultyPlatform : IAsyncDisposable
{
    private const int Apis = 2;

    // What has to be done is done while others are down or stand still; none of that is to run out of time.
    private static readonly string[] s_patience =
    [
        "--Orion:Provisioning:CapacityDeadline=00:10:00", "--Orion:Provisioning:StartDeadline=00:20:00",
    ];

    private readonly TempFolder _folder = new();
    private readonly ServiceProcess?[] _apis = new ServiceProcess?[Apis];
    private readonly ServiceProcess?[] _workers;
    private readonly ServiceProcess?[] _agents;
    private readonly List<ServiceProcess> _gone = [];
    private readonly List<CutNetwork> _networks = [];
    private readonly int[] _ports = [.. Enumerable.Range(0, Apis).Select(_ => PostgresServer.FreePort())];

    private FaultyPlatform(bool isPostgres, int workers, int agents)
    {
        (_workers, _agents) = (new ServiceProcess?[workers], new ServiceProcess?[agents]);
        if (isPostgres)
        {
            Server = PostgresServer.Start(isDurable: true);
            _networks.AddRange(Enumerable.Range(0, Apis + workers).Select(_ => new CutNetwork(Server.Port)));
        }

        World = new WorldReader(Server?.ConnectionString, StoreFile, _folder.Path, Started);
    }

    /// <summary>Null where the store is a file.</summary>
    public PostgresServer? Server { get; }

    public string StoreFile => _folder.File("store.db");

    public WorldReader World { get; }

    public int Workers => _workers.Length;

    public int Agents => _agents.Length;

    /// <summary>What all processes said, those that were killed too.</summary>
    public string Output => string.Join(
        '\n', _gone.Concat(_apis).Concat(_workers).Concat(_agents).OfType<ServiceProcess>()
            .Select(p => $"---- process {p.Pid}\n{p.Output}"));

    /// <summary>How often a process found that a lease of its own had ended meanwhile.</summary>
    public int LeasesFoundLost => Output.Split("Lost the lease of job").Length - 1;

    private string Started => _folder.File("started");

    public static async Task<FaultyPlatform> StartAsync(bool isPostgres)
    {
        var platform = new FaultyPlatform(isPostgres, workers: isPostgres ? 3 : 2, agents: isPostgres ? 2 : 1);
        try
        {
            // All at once: who comes first makes the schema.
            for (var worker = 0; worker < platform.Workers; worker++)
            {
                platform.StartWorker(worker);
            }

            for (var agent = 0; agent < platform.Agents; agent++)
            {
                platform.StartAgent(agent);
            }

            await Task.WhenAll(Enumerable.Range(0, Apis).Select(platform.StartApiAsync));
            return platform;
        }
        catch (Exception e)
        {
            var output = platform.Output;
            await platform.DisposeAsync();
            throw new InvalidOperationException($"The platform did not start: {e.Message}\n{output}", e);
        }
    }

    /// <summary>Clients of a tenant, one an api.</summary>
    public IReadOnlyList<HttpClient> Clients(string tenant)
    {
        var key = ApiUnderTest.KeysIn(_folder.Path).GetProperty(tenant);
        return
        [
            .. Enumerable.Range(0, Apis).Select(api =>
            {
                var client = new HttpClient
                {
                    BaseAddress = new Uri(Address(api), $"v1/projects/{key.GetProperty("projectId").GetString()}/"),
                };
                client.DefaultRequestHeaders.Authorization =
                    new AuthenticationHeaderValue("Bearer", key.GetProperty("apiKey").GetString());
                return client;
            }),
        ];
    }

    /// <summary>Starts it, and waits until it answers.</summary>
    public Task StartApiAsync(int api)
    {
        var process = ServiceProcess.ApiOn(
            Store(api), _folder.Path, [.. Common($"api-{api}"), $"--urls={Address(api)}", "--Orion:Nodes:LostAfter=00:10:00"]);
        _apis[api] = process;
        return process.AddressAsync();
    }

    public void StartWorker(int worker) => _workers[worker] = ServiceProcess.WorkerOn(
        Store(Apis + worker), _folder.Path, [.. Common($"worker-{worker}"), .. s_patience]);

    public async Task RestartAgentAsync(int agent)
    {
        await KillAsync(_agents, agent);
        StartAgent(agent);
    }

    public Task KillApiAsync(int api) => KillAsync(_apis, api);

    public Task KillWorkerAsync(int worker) => KillAsync(_workers, worker);

    public ServiceProcess Worker(int worker) => _workers[worker]!;

    public CutNetwork NetworkOfApi(int api) => _networks[api];

    public CutNetwork NetworkOfWorker(int worker) => _networks[Apis + worker];

    public async ValueTask DisposeAsync()
    {
        // Agents first: they take their workloads along, and need nobody for that.
        foreach (var group in (IEnumerable<IEnumerable<ServiceProcess?>>)[_agents, _apis, _workers, _gone])
        {
            await Task.WhenAll(group.OfType<ServiceProcess>().Select(p => p.DisposeAsync().AsTask()));
        }

        foreach (var network in _networks)
        {
            await network.DisposeAsync();
        }

        Server?.Dispose();
        _folder.Dispose();
    }

    private void StartAgent(int agent) => _agents[agent] = ServiceProcess.Agent(
        Address(agent), _folder.File($"node-{agent}"),
        [
            $"--Orion:Agent:Name=node-{agent}", "--Orion:Agent:Slots=4096", .. WorkloadProcesses.CountedRuntime("counted", Started),
        ]);

    private Uri Address(int api) => new($"http://127.0.0.1:{_ports[api].ToString(CultureInfo.InvariantCulture)}");

    // Folders for telemetry beside each other: the tenants' keys are written next to them.
    private string[] Common(string name) =>
    [
        $"--ConnectionStrings:telemetry=Directory={_folder.File("telemetry-" + name)}", "--Orion:Sink:FlushInterval=00:00:01",
        "--Orion:Store:BusyTimeout=00:00:03",
    ];

    private string Store(int network) => Server is null
        ? $"Data Source={StoreFile}"
        : new NpgsqlConnectionStringBuilder(Server.ConnectionString) { Port = _networks[network].Port }.ConnectionString;

    private async Task KillAsync(ServiceProcess?[] services, int index)
    {
        var process = services[index]!;
        _gone.Add(process);
        services[index] = null;
        await process.KillAsync();
    }
}
