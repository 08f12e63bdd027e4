using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;

namespace OrionPlatform.Tests;

/// <summary>AppHost as a user starts it, a process of its own: where how it starts and ends is what the test is about.</summary>
internal sealed partial class AppHostProcess : RunningPlatform
{
    private static readonly TimeSpan s_startWithin = TimeSpan.FromSeconds(120);
    private readonly ConcurrentQueue<string> _output = new();
    private readonly TaskCompletionSource<Uri> _login = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Process _appHost;
    private bool _disposed;

    private AppHostProcess(string dataFolder, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?> environment)
        : base(dataFolder)
    {
        var start = new ProcessStartInfo("dotnet", [AppHostAssembly, .. arguments])
        {
            WorkingDirectory = Path.Combine(Root, "AppHost"),
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // As the launch profile has it.
        foreach (var name in (string[])["DOTNET_ENVIRONMENT", "ASPNETCORE_ENVIRONMENT"])
        {
            start.Environment[name] = "Development";
        }

        start.Environment["ASPIRE_VERSION_CHECK_DISABLED"] = "true";
        start.Environment["ASPIRE_DASHBOARD_PERSISTENCE_MODE"] = "None";
        start.Environment["ASPIRE_DASHBOARD_TELEMETRY_OPTOUT"] = "true";
        foreach (var (key, value) in ShortLived.Environment)
        {
            start.Environment[key] = value;
        }

        foreach (var (key, value) in environment)
        {
            start.Environment[key] = value;
        }

        _appHost = new Process { StartInfo = start, EnableRaisingEvents = true };
        _appHost.OutputDataReceived += (_, e) => Read(e.Data);
        _appHost.ErrorDataReceived += (_, e) => Read(e.Data);
        _appHost.Exited += (_, _) => _login.TrySetException(new InvalidOperationException("AppHost ended before it was ready:\n" + Output));
        _appHost.Start();
        _appHost.BeginOutputReadLine();
        _appHost.BeginErrorReadLine();
    }

    public override string Output => string.Join('\n', _output);

    public Process Process => _appHost;

    private static string Root { get; } = Metadata("RepositoryRoot");

    private static string AppHostAssembly => typeof(Projects.Api).Assembly.Location;

    /// <summary>Starts the platform on that folder and waits until it is ready.</summary>
    public static async Task<AppHostProcess> StartAsync(string dataFolder, params string[] arguments)
    {
        var platform = Launch(dataFolder, [.. OwnSettings(dataFolder), "--Dashboard:Enabled=false", .. arguments]);
        try
        {
            platform.LoginUrl = await platform._login.Task.WaitAsync(s_startWithin);
            await platform.SignInAsAcmeAsync(platform.LoginUrl);
            return platform;
        }
        catch (TimeoutException e)
        {
            var output = platform.Output;
            await platform.DisposeAsync();
            throw new TimeoutException($"AppHost printed no link to the panel within {s_startWithin.TotalSeconds} s:\n{output}", e);
        }
    }

    /// <summary>Starts AppHost with just these arguments and waits for nothing.</summary>
    public static AppHostProcess Launch(
        string dataFolder, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null) =>
        new(dataFolder, arguments, environment ?? new Dictionary<string, string?>());

    /// <summary>Waits for AppHost's end; returns its exit code.</summary>
    public async Task<int> EndAsync()
    {
        await _appHost.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return _appHost.ExitCode;
    }

    public override async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        Api?.Dispose();
        if (!_appHost.HasExited)
        {
            Signals.AskToStop(_appHost);
            try
            {
                await _appHost.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
            }
            catch (TimeoutException)
            {
                _appHost.Kill(entireProcessTree: true);
            }
        }

        _appHost.Dispose();
    }

    private void Read(string? line)
    {
        if (line is null)
        {
            return;
        }

        _output.Enqueue(line);
        if (OpsPanelLine().Match(line) is { Success: true } match)
        {
            _login.TrySetResult(new Uri(match.Groups["url"].Value));
        }
    }

    private static string Metadata(string key) =>
        typeof(RunningPlatform).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;

    [GeneratedRegex(@"^Ops panel: (?<url>http://\S+/admin/ops/login\?t=\S+)$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex OpsPanelLine();
}
