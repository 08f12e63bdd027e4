using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;
using OrionPlatform.Tests;

namespace OrionPlatform.Services.Tests;

/// <summary>A service as a real process, so that it can be killed.</summary>
internal sealed partial class ServiceProcess : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _output = new();
    private readonly Process _process;

    private ServiceProcess(Process process)
    {
        _process = process;
        _process.OutputDataReceived += (_, e) => _output.Enqueue(e.Data ?? "");
        _process.ErrorDataReceived += (_, e) => _output.Enqueue(e.Data ?? "");
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Pid => _process.Id;

    public string Output => string.Join('\n', _output);

    /// <summary>The api over the store and the telemetry in <paramref name="folder"/>.</summary>
    public static ServiceProcess Api(string folder, params string[] settings) =>
        ApiOn(StoreDatabase.Of(folder).ConnectionString, folder, settings);

    /// <summary>The api over that store, its telemetry in <paramref name="folder"/>.</summary>
    public static ServiceProcess ApiOn(string store, string folder, params string[] settings) => Start(
        "api", typeof(Api.Program).Assembly,
        [.. ApiUnderTest.Arguments(folder, store: store), "--Logging:LogLevel:Microsoft.Hosting.Lifetime=Information", .. settings]);

    /// <summary>The worker on the api's store.</summary>
    public static ServiceProcess Worker(ApiUnderTest api) => Worker(api.Folder);

    /// <summary>The worker on the store in <paramref name="folder"/>.</summary>
    public static ServiceProcess Worker(string folder, params string[] settings) =>
        WorkerOn(StoreDatabase.Of(folder).ConnectionString, folder, settings);

    /// <summary>The worker on that store, its telemetry in <paramref name="folder"/>.</summary>
    public static ServiceProcess WorkerOn(string store, string folder, params string[] settings) => Start(
        "worker", typeof(Worker.Program).Assembly,
        [
            $"--ConnectionStrings:store={store}",
            $"--ConnectionStrings:telemetry=Directory={Path.Combine(folder, "telemetry")}",
            "--Orion:Sink:FlushInterval=00:00:00.05", .. settings,
        ]);

    /// <summary>A node agent of that api, its state in <paramref name="state"/>.</summary>
    public static ServiceProcess Agent(ApiUnderTest api, string state, params string[] settings) => Agent(api.Address, state, settings);

    /// <summary>A node agent of the api at <paramref name="address"/>, its state in <paramref name="state"/>.</summary>
    public static ServiceProcess Agent(Uri address, string state, params string[] settings) => Start(
        "node-agent", typeof(NodeAgent.Program).Assembly,
        [
            $"--services:api:http:0={address}", $"--Orion:Node:JoinToken={ServiceSecrets.JoinToken}",
            $"--Orion:Agent:StateDirectory={state}", .. settings,
        ],
        new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = new Uri(address, "otlp").ToString(),
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_EXPORTER_OTLP_HEADERS"] = "x-otlp-api-key=" + ServiceSecrets.AgentKey,
            ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
        });

    /// <summary>Where it listens, once it has said so.</summary>
    public async Task<Uri> AddressAsync()
    {
        await Eventually.TrueAsync(() => Listening().IsMatch(Output), "the process listens", TimeSpan.FromSeconds(60));
        return new Uri(Listening().Match(Output).Groups["url"].Value);
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Makes it stand still: SIGSTOP. When it is done, all its threads do: one may have had to wait for the disk first.</summary>
    public Task PauseAsync()
    {
        Signals.Pause(_process);
        return Eventually.TrueAsync(() => WorkloadProcesses.IsStill(Pid), $"process {Pid} stands still");
    }

    /// <summary>Lets it go on.</summary>
    public void Continue() => Signals.Continue(_process);

    /// <summary>Asks it to end, and waits. Windows cannot ask a process without a window.</summary>
    public async Task StopAsync()
    {
        Signals.AskToStop(_process);
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            // Gracefully, so that an agent takes its workloads with it.
            await StopAsync();
        }

        _process.Dispose();
    }

    private static ServiceProcess Start(string name, Assembly program, string[] arguments,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        string[] all =
        [
            program.Location, $"--contentRoot={ContentRoot(name)}", "--environment=Development", "--urls=http://127.0.0.1:0", .. arguments,
        ];
        foreach (var argument in all)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["OTEL_SERVICE_NAME"] = name;
        foreach (var (key, value) in ShortLived.Environment.Concat(environment ?? new Dictionary<string, string>()))
        {
            start.Environment[key] = value;
        }

        return new ServiceProcess(new Process { StartInfo = start });
    }

    private static string ContentRoot(string name)
    {
        var root = typeof(ServiceProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(a => a.Key == "RepositoryRoot").Value!;
        return Path.Combine(root, "services", name == "worker" ? "Worker" : "NodeAgent");
    }

    [GeneratedRegex(@"Now listening on: (?<url>http://127\.0\.0\.1:\d+)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Listening();
}
