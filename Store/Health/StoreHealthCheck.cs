using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OrionPlatform.Store;

/// <summary>A batch of writes that the database did not take.</summary>
/// <param name="At">When.</param>
/// <param name="Reason">The engine's own words.</param>
internal sealed record WriteFailure(DateTimeOffset At, string Reason);

/// <summary>
/// Unhealthy while the last write failed and that is less than 30 s ago: an old failure that nobody has tried again since says nothing
/// about now, and must not keep a service out of its load balancer for ever.
/// </summary>
internal sealed class StoreHealthCheck(DomainStore store, TimeProvider time) : IHealthCheck
{
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(30);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(store.WriteFailure is { } failure && time.GetUtcNow() - failure.At < s_fresh
            ? HealthCheckResult.Unhealthy($"The database does not take writes: {failure.Reason}")
            : HealthCheckResult.Healthy());
}
