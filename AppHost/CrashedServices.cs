using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace OrionPlatform.AppHost;

/// <summary>Starts a service again that crashed. Aspire itself leaves it down.</summary>
internal static class CrashedServicesExtensions
{
    public static void RestartCrashedServices(this IDistributedApplicationBuilder builder)
    {
        builder.Services.AddSingleton<CrashedServices>();

        // A hosted service would begin only after all that is waited for has started.
        builder.OnBeforeStart((start, _) =>
        {
            start.Services.GetRequiredService<CrashedServices>().Watch();
            return Task.CompletedTask;
        });
    }
}

/// <summary>
/// Watches the projects of the application, and its own database server. One that ends with an exit code other than 0, and was not told to
/// stop, is started again after a delay that doubles with each crash; one that keeps crashing is given up. Both are said on the console and
/// in the dashboard.
/// </summary>
internal sealed class CrashedServices(
    ResourceNotificationService notifications,
    ResourceCommandService commands,
    ResourceLoggerService logs,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<CrashedServices> console)
{
    /// <summary>Crashes in a row after which a service stays down.</summary>
    internal const int MaxCrashes = 6;

    private static readonly TimeSpan s_firstDelay = TimeSpan.FromSeconds(0.5);

    // A service that ran for so long has recovered: its next crash is the first again.
    private static readonly TimeSpan s_stable = TimeSpan.FromMinutes(1);

    // One entry a resource of the application.
    private readonly ConcurrentDictionary<string, Life> _lives = new();

    /// <summary>Begins to watch; ends with the application.</summary>
    public void Watch() => _ = WatchAsync();

    /// <summary>The state in which a resource was last seen; null before that.</summary>
    internal string? LastSeen(string resourceId) => _lives.GetValueOrDefault(resourceId)?.State;

    private async Task WatchAsync()
    {
        try
        {
            await foreach (var change in notifications.WatchAsync(lifetime.ApplicationStopping))
            {
                if (change.Resource is ProjectResource or LocalPostgresResource)
                {
                    See(change);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The application stops.
        }
        catch (Exception e)
        {
            console.LogError(e, "Crashed services are not started again any more.");
        }
    }

    private void See(ResourceEvent change)
    {
        var life = _lives.GetOrAdd(change.ResourceId, _ => new Life());
        var state = change.Snapshot.State?.Text;
        if (state == life.State)
        {
            return;
        }

        var before = life.State;
        life.State = state;
        if (state == KnownResourceStates.Running)
        {
            life.RunningSince = time.GetTimestamp();
        }
        else if (state is not null && KnownResourceStates.TerminalStates.Contains(state)
            && before != KnownResourceStates.Stopping && change.Snapshot.ExitCode != 0
            && !lifetime.ApplicationStopping.IsCancellationRequested)
        {
            _ = RestartAsync(change, life);
        }
    }

    private async Task RestartAsync(ResourceEvent change, Life life)
    {
        var name = change.Resource.Name;
        var how = change.Snapshot.ExitCode switch
        {
            null => "did not start",

            // The orchestrator's word for an end by a signal; 137 is that of a program which ran it (`dotnet run`).
            < 0 or 137 => "was killed",
            { } code => $"ended with exit code {code}",
        };
        life.Crashes = life.RunningSince is { } since && time.GetElapsedTime(since) >= s_stable ? 1 : life.Crashes + 1;
        life.RunningSince = null;
        if (life.Crashes >= MaxCrashes)
        {
            Say(
                change,
                LogLevel.Error,
                $"{name} {how}, {life.Crashes} times in a row, and is not started again. "
                    + "Its log is in the dashboard; start it there once it is mended.");
            return;
        }

        var delay = s_firstDelay * Math.Pow(2, life.Crashes - 1);
        Say(change, LogLevel.Warning, $"{name} {how}; starting it again in {delay.TotalSeconds:0.#} s.");
        try
        {
            await Task.Delay(delay, time, lifetime.ApplicationStopping);
            if (life.State is not { } state || !KnownResourceStates.TerminalStates.Contains(state))
            {
                // Somebody started it meanwhile, by its button.
                return;
            }

            var started = await commands.ExecuteCommandAsync(
                change.ResourceId, KnownResourceCommands.StartCommand, lifetime.ApplicationStopping);
            if (!started.Success && !started.Canceled)
            {
                Say(change, LogLevel.Error, $"{name} could not be started again: {started.Message}");
            }
        }
        catch (OperationCanceledException)
        {
            // The application stops.
        }
        catch (Exception e)
        {
            Say(change, LogLevel.Error, $"{name} could not be started again: {e.Message}");
        }
    }

    private void Say(ResourceEvent change, LogLevel level, string sentence)
    {
        console.Log(level, "{Sentence}", sentence);
        logs.GetLogger(change.ResourceId).Log(level, "{Sentence}", sentence);
    }

    private sealed class Life
    {
        public string? State { get; set; }

        public long? RunningSince { get; set; }

        public int Crashes { get; set; }
    }
}
