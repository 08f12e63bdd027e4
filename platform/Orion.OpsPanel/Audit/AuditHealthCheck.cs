using Microsoft.Extensions.Diagnostics.HealthChecks;
using Orion.Store;
using Orion.Store.Audit;

namespace Orion.OpsPanel.Audit;

/// <summary>
/// Degraded while audit entries are set aside: the service works, and the audit log lacks what they tell until somebody has looked at them.
/// </summary>
internal sealed class AuditHealthCheck(DomainStore store) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        AuditSetAsides setAside;
        try
        {
            setAside = await store.ReadAsync(tx => tx.AuditSetAsideAsync(1), cancellationToken);
        }
        catch (Exception exception) when (exception is StoreBusyException or StoreFailedException or ObjectDisposedException)
        {
            return HealthCheckResult.Degraded($"Whether audit entries are set aside cannot be read: {exception.Message}");
        }

        return setAside.Newest is [var last, ..]
            ? HealthCheckResult.Degraded(
                $"{setAside.Count} audit entries are not in the audit log and are set aside in the store's audit_set_aside, "
                + $"the last at position {last.Position}: {last.Reason}")
            : HealthCheckResult.Healthy();
    }
}
