using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;

namespace OrionPlatform.Services.Tests;

/// <summary>A service as a real process, so that it can be killed.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
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

    /// <summary>The worker on the api's store.</summary>
    public static ServiceProcess Worker(ApiUnderTest api) => Start(
        "worker", typeof(Worker.Program).Assembly,
        $"--ConnectionStrings:store=Data Source={Path.Combine(api.Folder, "store.db")}", $"--ConnectionStrings:telemetry=Directory={Path.Combine(api.Folder, "telemetry")}",
        "--Orion:Sink:FlushInterval=00:00:00.05");

    /// <summary>A node agent of that api, its state in <paramref name="state"/>.</summary>
    public static ServiceProcess Agent(ApiUnderTest api, string state, params string[] settings) => Start(
        "node-agent", typeof(NodeAgent.Program).Assembly,
        [
            $"--services:api:http:0={api.Address}", $"--Orion:Node:JoinToken={ApiUnderTest.JoinToken}", $"--Orion:Agent:StateDirectory={state}", .. settings,
        ],
        new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = new Uri(api.Address, "otlp").ToString(),
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_EXPORTER_OTLP_HEADERS"] = "x-otlp-api-key=" + ApiUnderTest.OtlpKey,
            ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
        });

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, and waits.</summary>
    public async Task StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", Pid.ToString()]);
        await kill.WaitForExitAsync();
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

    private static ServiceProcess Start(string name, Assembly program, params string[] arguments) => Start(name, program, arguments, new Dictionary<string, string>());

    private static ServiceProcess Start(string name, Assembly program, string[] arguments, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[program.Location, $"--contentRoot={ContentRoot(name)}", "--environment=Development", "--urls=http://127.0.0.1:0", .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["OTEL_SERVICE_NAME"] = name;
        foreach (var (key, value) in environment)
        {
            start.Environment[key] = value;
        }

        return new ServiceProcess(new Process { StartInfo = start });
    }

    private static string ContentRoot(string name)
    {
        var root = typeof(ServiceProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!;
        return Path.Combine(root, "services", name == "worker" ? "Worker" : "NodeAgent");
    }
}
