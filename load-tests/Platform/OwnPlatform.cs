using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace OrionPlatform.LoadTests;

/// <summary>A platform started for this run alone: an ephemeral port, a data folder that is deleted afterwards, no other traffic.</summary>
internal sealed partial class OwnPlatform : IAsyncDisposable
{
    private const int LinesKept = 40;
    private static readonly TimeSpan s_startWithin = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan s_stopWithin = TimeSpan.FromSeconds(20);

    // Bounded by LinesKept; shown when the start fails.
    private readonly ConcurrentQueue<string> _lastLines = new();
    private readonly TaskCompletionSource<Uri> _url = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _data = Directory.CreateTempSubdirectory("load-platform-").FullName;
    private readonly Process _appHost;
    private int _disposed;

    private OwnPlatform(string appHostDll, string root)
    {
        _appHost = new Process
        {
            EnableRaisingEvents = true,
            StartInfo = new("dotnet", [appHostDll, "--Ports:Api=0", $"--Data:Directory={_data}", "--Traffic:Enabled=false"])
            {
                WorkingDirectory = root,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            },
        };
        _appHost.OutputDataReceived += (_, e) => Read(e.Data);
        _appHost.ErrorDataReceived += (_, e) => Read(e.Data);
        _appHost.Exited += (_, _) => _url.TrySetException(new UsageException("AppHost ended before the platform was ready:\n" + string.Join('\n', _lastLines)));
    }

    public Uri Url => _url.Task.Result;

    public string KeysFile => Path.Combine(_data, "dev-keys.json");

    /// <exception cref="UsageException">The platform cannot be built or does not start.</exception>
    public static async Task<OwnPlatform> StartAsync(TextWriter output)
    {
        var root = Solution.Root ?? throw new UsageException("There is no solution around this program to start a platform from; name a running one with --url.");
        var dll = await AppHostBuild.FindOrBuildAsync(root, output);
        var platform = new OwnPlatform(dll, root);
        try
        {
            platform._appHost.Start();
            platform._appHost.BeginOutputReadLine();
            platform._appHost.BeginErrorReadLine();
            await platform._url.Task.WaitAsync(s_startWithin);
            return platform;
        }
        catch (Exception e)
        {
            await platform.DisposeAsync();
            throw e is TimeoutException
                ? new UsageException($"The platform was not ready within {s_startWithin.TotalSeconds:0} s:\n" + string.Join('\n', platform._lastLines))
                : new UsageException(e.Message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        try
        {
            Termination.Request(_appHost);
            await _appHost.WaitForExitAsync().WaitAsync(s_stopWithin);
        }
        catch (TimeoutException)
        {
            _appHost.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // Never started.
        }

        _appHost.Dispose();
        try
        {
            Directory.Delete(_data, recursive: true);
        }
        catch (IOException)
        {
            // A service that was killed may still be closing a file; the folder lies in the system's temporary directory.
        }
    }

    private void Read(string? line)
    {
        if (line is null)
        {
            return;
        }

        _lastLines.Enqueue(line);
        while (_lastLines.Count > LinesKept)
        {
            _lastLines.TryDequeue(out _);
        }

        if (LoginLine().Match(line) is { Success: true } match)
        {
            _url.TrySetResult(new Uri(match.Groups["url"].Value));
        }
    }

    [GeneratedRegex(@"Login to the dashboard at (?<url>https?://[^/\s]+/)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LoginLine();
}
