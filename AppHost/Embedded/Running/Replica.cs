using Microsoft.Extensions.Logging;

namespace OrionPlatform.AppHost;

/// <summary>What every replica of a run shares.</summary>
internal sealed record Run(Launches Launches, Guard Guard, ResourceConsole Console, HealthChecks Health, IReadOnlyDictionary<IResource, RunningResource> Resources, TimeProvider Time, ILogger Logger)
{
    public bool IsAwaitedForCompletion(IResource resource) =>
        Resources.Keys.Any(r => r.Annotations.OfType<WaitAnnotation>().Any(w => w.Resource == resource && w.WaitType == WaitType.WaitForCompletion));
}

/// <summary>One process of a resource: waits for what it waits for, starts it, watches it, starts it again when it crashes.</summary>
internal sealed class Replica(Run run, RunningResource running, int number, string name, Action<string> output)
{
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(10);
    private readonly Lock _lock = new();
    private readonly Backoff _backoff = new();
    private ChildProcess? _process;
    private bool _stopping;

    private IResource Resource => running.Resource;

    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            if (await Waits.ForDependenciesAsync(run, Resource, stopping) is { } obstacle)
            {
                run.Logger.LogError("Resource '{Resource}' is not started: {Obstacle}", name, obstacle);
                running.End(new Ended(null, obstacle));
                return;
            }

            var launch = await run.Launches.CreateAsync(Resource, number, stopping);
            while (await RunOnceAsync(launch, stopping) is { } pause)
            {
                await Task.Delay(pause, run.Time, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            running.End(new Ended(null, "the application is stopping"));
        }
        catch (Exception e)
        {
            // One resource that cannot start must not take the others down; it is said here and to those that wait.
            run.Logger.LogError("Resource '{Resource}' failed to start: {Error}", name, FatalErrors.Sentence(e) ?? e.ToString());
            running.End(new Ended(null, $"'{name}' failed to start"));
        }
    }

    /// <summary>SIGTERM, ten seconds, then the tree is killed.</summary>
    public async Task StopAsync(CancellationToken hurry)
    {
        ChildProcess? process;
        lock (_lock)
        {
            _stopping = true;
            process = _process;
        }

        if (process is not null && !await process.StopAsync(s_grace, hurry))
        {
            run.Logger.LogWarning("Resource '{Resource}' did not stop {When} and was killed.", name, hurry.IsCancellationRequested ? "before the second signal" : $"within {s_grace.TotalSeconds} s");
        }
    }

    /// <returns>The pause before it is started again; null when it is not.</returns>
    private async Task<TimeSpan?> RunOnceAsync(Launch launch, CancellationToken stopping)
    {
        using var process = Start(launch);
        if (process is null)
        {
            return null;
        }

        var startedAt = run.Time.GetTimestamp();
        using var alive = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var health = run.Health.WatchAsync(running, number, name, alive.Token);
        var exitCode = await process.ExitAsync();
        lock (_lock)
        {
            _process = null;
        }

        run.Guard.Forget(process.Id);
        await alive.CancelAsync();
        await health;
        return AfterExit(exitCode, run.Time.GetElapsedTime(startedAt), stopping);
    }

    private ChildProcess? Start(Launch launch)
    {
        lock (_lock)
        {
            if (_stopping)
            {
                return null;
            }

            _process = ChildProcess.Start(name, launch, output);
        }

        run.Guard.Watch(_process.Id);
        running.ReplicaStarted(number);
        return _process;
    }

    private TimeSpan? AfterExit(int exitCode, TimeSpan ranFor, CancellationToken stopping)
    {
        if (stopping.IsCancellationRequested)
        {
            running.End(new Ended(exitCode, "the application is stopping"));
            return null;
        }

        if (exitCode == 0 || run.IsAwaitedForCompletion(Resource))
        {
            run.Logger.LogInformation("Resource '{Resource}' ended with exit code {ExitCode}.", name, exitCode);
            running.End(new Ended(exitCode, $"'{name}' ended with exit code {exitCode}"));
            return null;
        }

        var pause = _backoff.After(ranFor);
        run.Logger.LogWarning("Resource '{Resource}' crashed ({Cause}); restarting it in {Pause:0.#} s (crash {Count} in a row).", name, Cause(exitCode), pause.TotalSeconds, _backoff.InARow);
        return pause;
    }

    private static string Cause(int exitCode) => exitCode switch
    {
        > 128 and < 160 => $"signal {exitCode - 128}",
        _ => $"exit code {exitCode}",
    };
}
