using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Orion.Store.Health;

/// <summary>
/// Unhealthy while the database takes no writes: another process holds it, or a write failed less than 30 s ago. (An older failure that
/// nobody has tried again since says nothing about now, and must not keep a service out of its load balancer for ever.)
/// </summary>
/// <remarks>
/// Where writes get through, nothing is tried. Otherwise an empty transaction is, which writes not a byte: one at a time, however many ask,
/// and at most one a second.
/// </remarks>
internal sealed class StoreHealthCheck(DomainStore store, TimeProvider time) : IHealthCheck
{
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_recent = TimeSpan.FromSeconds(1);

    // Longer than a transaction of the platform's own ever holds the database, shorter than a prober waits.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private Task _probe = Task.CompletedTask;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (store.WriteFailure is { } failure && time.GetUtcNow() - failure.At < s_fresh)
        {
            return Unhealthy(failure.Reason);
        }

        if (store.SinceCommit < s_recent)
        {
            return HealthCheckResult.Healthy();
        }

        try
        {
            await Probe().WaitAsync(s_patience, time, cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (TimeoutException)
        {
            return Unhealthy($"no transaction has begun within {s_patience.TotalSeconds:0} s");
        }
        catch (Exception refused) when (refused is StoreBusyException or StoreFailedException or ObjectDisposedException)
        {
            return Unhealthy(refused.Message);
        }
    }

    private Task Probe()
    {
        lock (_gate)
        {
            if (_probe.IsCompleted)
            {
                _probe = store.ProbeAsync();
                _ = _probe.ContinueWith(
                    static p => _ = p.Exception, CancellationToken.None,
                    TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }

            return _probe;
        }
    }

    private static HealthCheckResult Unhealthy(string reason) =>
        HealthCheckResult.Unhealthy($"The database does not take writes: {reason}");
}
