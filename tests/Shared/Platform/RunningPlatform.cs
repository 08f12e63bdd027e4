using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace OrionPlatform.Tests;

/// <summary>The whole platform as a user starts it: AppHost as a process, on a data folder and a port of its own.</summary>
internal sealed partial class RunningPlatform : IAsyncDisposable
{
    private static readonly TimeSpan s_startWithin = TimeSpan.FromSeconds(90);
    private const string RunId = "ORION_RUN_ID";
    private readonly ConcurrentQueue<string> _output = new();
    private readonly TaskCompletionSource<Uri> _login = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Process _appHost;
    private bool _disposed;

    private RunningPlatform(string dataFolder, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        DataFolder = dataFolder;
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = Root,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in (string[])["run", "--no-build", "--project", "AppHost", "-c", Configuration, "--", "--Ports:Api=0", $"--Data:Directory={dataFolder}", "--Traffic:Enabled=false", .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (key, value) in environment)
        {
            start.Environment[key] = value;
        }

        _appHost = new Process { StartInfo = start, EnableRaisingEvents = true };
        _appHost.OutputDataReceived += (_, e) => Read(e.Data);
        _appHost.ErrorDataReceived += (_, e) => Read(e.Data);
        _appHost.Exited += (_, _) => _login.TrySetException(new InvalidOperationException("AppHost ended before it was ready:\n" + Output));
    }

    public string DataFolder { get; }

    public Uri LoginUrl => _login.Task.Result;

    public HttpClient Api { get; private set; } = null!;

    public string ProjectId { get; private set; } = "";

    public string Output => string.Join('\n', _output);

    private static string Root { get; } = Metadata("RepositoryRoot");

    private static string Configuration { get; } = Metadata("Configuration");

    public static Task<RunningPlatform> StartAsync(string dataFolder) => StartAsync(dataFolder, [], new Dictionary<string, string>());

    /// <summary>Starts it with further arguments for AppHost, and with variables that every service inherits.</summary>
    public static async Task<RunningPlatform> StartAsync(string dataFolder, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        var platform = new RunningPlatform(dataFolder, arguments, environment);
        try
        {
            platform._appHost.Start();
            platform._appHost.BeginOutputReadLine();
            platform._appHost.BeginErrorReadLine();
            await platform._login.Task.WaitAsync(s_startWithin);
            await platform.SignInAsAcmeAsync();
            return platform;
        }
        catch (TimeoutException e)
        {
            var output = platform.Output;
            await platform.DisposeAsync();
            throw new TimeoutException($"AppHost printed no login line within {s_startWithin.TotalSeconds} s:\n{output}", e);
        }
    }

    /// <summary>The processes of one service, restarts included.</summary>
    public IReadOnlyList<int> Service(string name) => LinuxProcesses.WithEnvironment($"OTEL_SERVICE_NAME={name}\0", DataFolder);

    /// <summary>The names of all services that AppHost runs, those without any telemetry included: it names each in its environment.</summary>
    public IReadOnlyList<string> Services()
    {
        var run = LinuxProcesses.Variable(Service("api")[0], RunId);
        return [.. LinuxProcesses.WithEnvironment($"{RunId}={run}\0").Select(pid => LinuxProcesses.Variable(pid, "OTEL_SERVICE_NAME")).OfType<string>().Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>Every process of this platform that still runs: services, AppHost, its guard. (Workloads know only their allocation.)</summary>
    public IReadOnlyList<int> Everything() => [.. LinuxProcesses.WithEnvironment(DataFolder).Union(LinuxProcesses.WithArgument(DataFolder))];

    /// <summary>The processes that run for an allocation.</summary>
    public static IReadOnlyList<int> Workloads(string allocationId) => LinuxProcesses.WithEnvironment(allocationId);

    public async Task<string> RequestAllocationAsync(string runtime = "sleeper")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"v1/projects/{ProjectId}/allocations")
        {
            Content = JsonContent.Create(new { runtime, slots = 1 }),
        };
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString("N"));
        using var response = await Api.SendAsync(request);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return (await ReadAsync(response)).GetProperty("id").GetString()!;
    }

    public async Task ReleaseAsync(string allocationId)
    {
        using var response = await Api.DeleteAsync(new Uri($"v1/projects/{ProjectId}/allocations/{allocationId}", UriKind.Relative));
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
    }

    public async Task<string> StateAsync(string allocationId)
    {
        using var response = await Api.GetAsync(new Uri($"v1/projects/{ProjectId}/allocations/{allocationId}", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return (await ReadAsync(response)).GetProperty("state").GetString()!;
    }

    public Task BecomesAsync(string allocationId, string state, TimeSpan? within = null) =>
        Eventually.TrueAsync(async () => await StateAsync(allocationId) == state, $"{allocationId} is {state}", within ?? TimeSpan.FromSeconds(60));

    /// <summary>kill -9 of AppHost itself: nothing it started may outlive it.</summary>
    public void KillAppHost()
    {
        LinuxProcesses.Kill(Assert.Single(LinuxProcesses.WithEnvironment(), IsAppHost));
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        Api?.Dispose();
        if (!_appHost.HasExited)
        {
            using var kill = Process.Start("kill", ["-TERM", .. LinuxProcesses.WithEnvironment().Where(IsAppHost).Select(p => p.ToString())]);
            await kill.WaitForExitAsync();
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            try
            {
                await _appHost.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                _appHost.Kill(entireProcessTree: true);
            }
        }

        _appHost.Dispose();
    }

    private async Task SignInAsAcmeAsync()
    {
        var keys = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(DataFolder, "dev-keys.json"))).RootElement.GetProperty("acme");
        ProjectId = keys.GetProperty("projectId").GetString()!;
        Api = new HttpClient { BaseAddress = new Uri(LoginUrl, "/") };
        Api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", keys.GetProperty("apiKey").GetString());
    }

    /// <summary>AppHost proper, not the `dotnet run` around it nor its guard.</summary>
    private bool IsAppHost(int pid)
    {
        var command = LinuxProcesses.CommandLine(pid);
        return command.Contains("AppHost", StringComparison.Ordinal) && command.Contains($"--Data:Directory={DataFolder}", StringComparison.Ordinal) && !command.Contains("--no-build", StringComparison.Ordinal);
    }

    private void Read(string? line)
    {
        if (line is null)
        {
            return;
        }

        _output.Enqueue(line);
        if (LoginLine().Match(line) is { Success: true } match)
        {
            _login.TrySetResult(new Uri(match.Groups["url"].Value));
        }
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response) =>
        await response.Content.ReadFromJsonAsync<JsonElement>();

    private static string Metadata(string key) => typeof(RunningPlatform).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;

    [GeneratedRegex(@"Login to the dashboard at (?<url>http://\S+/admin/ops/login\?t=\S+)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex LoginLine();
}
