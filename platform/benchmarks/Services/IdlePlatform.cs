using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;

namespace Orion.Benchmarks;

/// <summary>
/// Api, worker and node agent as they were built, each a process, over one folder: as an operator starts them, with nothing else around.
/// </summary>
internal sealed class IdlePlatform : IAsyncDisposable
{
    private const string Secret = "secret-of-the-idle-benchmark-0123456789";
    private static readonly TimeSpan s_startWithin = TimeSpan.FromMinutes(2);
    private readonly List<ServiceUnderMeasure> _processes = [];

    public IReadOnlyList<ServiceUnderMeasure> Processes => _processes;

    public static async Task<IdlePlatform> StartAsync(string folder)
    {
        var platform = new IdlePlatform();
        try
        {
            string[] data =
            [
                $"--ConnectionStrings:store=Data Source={Path.Combine(folder, "store.db")}",
                $"--ConnectionStrings:telemetry=Directory={Path.Combine(folder, "telemetry")}",
            ];
            var api = platform.Start("api", "Api", [.. data, $"--Orion:Node:JoinToken={Secret}", $"--Orion:Otlp:ApiKey={Secret}"]);
            var address = await api.AddressAsync(s_startWithin);
            await platform.Start("worker", "Worker", data).AddressAsync(s_startWithin);
            await platform.Start("node-agent", "NodeAgent",
            [
                $"--services:api:http:0={address}", $"--Orion:Node:JoinToken={Secret}",
                $"--Orion:Agent:StateDirectory={Path.Combine(folder, "node")}",
                $"--Orion:Otlp:Endpoint={address}/otlp", $"--Orion:Otlp:ApiKey={Secret}",
            ]).AddressAsync(s_startWithin);
            return platform;
        }
        catch
        {
            await platform.DisposeAsync();
            throw;
        }
    }

    // The agent first: the api is still there to be told.
    public async ValueTask DisposeAsync()
    {
        foreach (var process in Enumerable.Reverse(_processes))
        {
            await process.DisposeAsync();
        }
    }

    private ServiceUnderMeasure Start(string name, string folder, string[] arguments)
    {
        var process = new ServiceUnderMeasure(name, folder, arguments);
        _processes.Add(process);
        return process;
    }
}

/// <summary>A service's process, and the processor time that it and each of its threads has used.</summary>
internal sealed partial class ServiceUnderMeasure : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _output = new();
    private readonly TaskCompletionSource<string> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Process _process;

    public ServiceUnderMeasure(string name, string folder, string[] arguments)
    {
        Name = name;
        var root = Path.Combine(Metadata("RepositoryRoot"), "services", folder);
        var project = Path.GetFileNameWithoutExtension(Directory.EnumerateFiles(root, "*.csproj").Single());
        var program = Directory
            .EnumerateFiles(Path.Combine(root, "bin", Metadata("Configuration")), project + ".dll", SearchOption.AllDirectories)
            .First();
        var start = new ProcessStartInfo(
            "dotnet", [program, $"--contentRoot={root}", "--environment=Production", "--urls=http://127.0.0.1:0", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["OTEL_SERVICE_NAME"] = name;
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, e) => Hear(e.Data);
        _process.ErrorDataReceived += (_, e) => Hear(e.Data);
        _process.Exited += (_, _) => _address.TrySetException(
            new InvalidOperationException($"{Name} ended:\n{string.Join('\n', _output)}"));
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Name { get; }

    public Task<string> AddressAsync(TimeSpan within) => _address.Task.WaitAsync(within);

    public CpuReading Read()
    {
        _process.Refresh();
        var threads = new Dictionary<int, (string Name, TimeSpan Cpu)>();
        foreach (var task in Directory.EnumerateDirectories($"/proc/{_process.Id}/task"))
        {
            try
            {
                // Nanoseconds on a processor come first.
                var cpu = long.Parse(File.ReadAllText(Path.Combine(task, "schedstat")).Split(' ')[0], CultureInfo.InvariantCulture);
                var name = File.ReadAllText(Path.Combine(task, "comm")).Trim();
                threads[int.Parse(Path.GetFileName(task), CultureInfo.InvariantCulture)] = (name, TimeSpan.FromMicroseconds(cpu / 1000.0));
            }
            catch (IOException)
            {
                // It has just ended.
            }
        }

        return new CpuReading(Stopwatch.GetElapsedTime(0), _process.TotalProcessorTime, threads);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Signals.AskToStop(_process);
            await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        }

        _process.Dispose();
    }

    private void Hear(string? line)
    {
        _output.Enqueue(line ?? "");
        if (line is not null && Listening().Match(line) is { Success: true } match)
        {
            _address.TrySetResult(match.Groups["url"].Value);
        }
    }

    private static string Metadata(string key) =>
        typeof(ServiceUnderMeasure).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;

    [GeneratedRegex(@"Now listening on: (?<url>http://127\.0\.0\.1:\d+)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Listening();
}

/// <summary>Processor time used up to a moment.</summary>
internal sealed record CpuReading(TimeSpan At, TimeSpan Cpu, IReadOnlyDictionary<int, (string Name, TimeSpan Cpu)> Threads)
{
    /// <summary>Name of what was used by threads that have ended meanwhile: the compiler's do when they have nothing to do.</summary>
    public const string Ended = "(threads that ended)";

    /// <summary>What was used between this reading and a later one, added up by the names of the threads, the most first.</summary>
    public IEnumerable<(string Thread, TimeSpan Cpu)> Spent(CpuReading later)
    {
        var alive = Alive(later).ToList();
        var ended = later.Cpu - Cpu - TimeSpan.FromTicks(alive.Sum(t => t.Cpu.Ticks));
        return alive.Append((Ended, ended)).OrderByDescending(t => t.Item2);
    }

    private IEnumerable<(string Thread, TimeSpan Cpu)> Alive(CpuReading later) => later.Threads
        .Select(t => (t.Value.Name, Cpu: t.Value.Cpu - (Threads.TryGetValue(t.Key, out var before) ? before.Cpu : TimeSpan.Zero)))
        .GroupBy(t => t.Name)
        .Select(g => (g.Count() == 1 ? g.Key : $"{g.Key} x{g.Count()}", TimeSpan.FromTicks(g.Sum(t => t.Cpu.Ticks))));
}
