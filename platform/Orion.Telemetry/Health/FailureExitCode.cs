using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Orion.Telemetry.Health;

/// <summary>
/// A background service that fails stops its host, which would end with 0 as if it had been asked to: whoever restarts what failed
/// (systemd's <c>Restart=on-failure</c>, an orchestrator) goes by the exit code.
/// </summary>
internal sealed class FailureExitCode(IServiceProvider services) : IHostedLifecycleService
{
    /// <summary>The exit code.</summary>
    public const int Failed = 1;

    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        // Asked for here: a hosted service cannot have all of them, itself among them, at its beginning.
        if (services.GetServices<IHostedService>().OfType<BackgroundService>().Any(s => s.ExecuteTask is { IsFaulted: true }))
        {
            Environment.ExitCode = Failed;
        }

        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
