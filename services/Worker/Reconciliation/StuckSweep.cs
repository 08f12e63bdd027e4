using Microsoft.Extensions.Options;
using Orion.Store.Leadership;

namespace OrionPlatform.Worker;

/// <summary>
/// Brings allocations to an end that no message will move on any more: their node is lost, or their time is up. Of several workers one
/// sweeps; each change is guarded by the state it starts from, too.
/// </summary>
internal sealed class StuckSweep(
    DomainStore store, IOptions<ProvisioningOptions> options, Uptime uptime, TimeProvider time, ILogger<StuckSweep> log) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(2);
    private readonly LeaderLease _lease = new(store, "reconciliation", time);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_interval, time);
        try
        {
            do
            {
                await SweepGuardedAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The worker stops.
        }
    }

    /// <summary>One sweep; returns how many allocations it changed.</summary>
    internal async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        // A worker that has just come back has been no help to those who waited; their time counts from its start.
        var wasThere = time.GetUtcNow() - uptime.Since >= options.Value.StartDeadline;
        var (found, movingSince) = await store.ReadAsync(
            async tx =>
            {
                var since = wasThere ? tx.Now - options.Value.StartDeadline : DateTimeOffset.UnixEpoch;
                return (await StuckAllocations.FindAsync(tx, since), since);
            },
            cancellationToken);
        if (found.Count == 0 || !await _lease.TryLeadAsync(cancellationToken))
        {
            return 0;
        }

        var changed = 0;
        foreach (var stuck in found)
        {
            changed += await ResolveAsync(stuck, movingSince, cancellationToken) ? 1 : 0;
        }

        return changed;
    }

    private async Task<bool> ResolveAsync(Allocation stuck, DateTimeOffset movingSince, CancellationToken cancellationToken)
    {
        using var processing = Processing.Start(new ProcessingInfo
        {
            Name = "worker.allocation.resolve",
            EventType = "allocation.stuck",
            EventId = $"{stuck.Id}@{stuck.UpdatedAt.ToUnixTimeMilliseconds()}",
            Subject = stuck.Subject,
            TraceParent = stuck.TraceParent,
            CorrelationId = stuck.CorrelationId,
            Tenant = stuck.Tenant,
            TenantId = stuck.TenantId,
        });
        var end = await store.WriteAsync(
            async tx =>
            {
                await tx.CheckLeaderAsync(_lease);
                return await StuckAllocations.ResolveAsync(tx, stuck.Id, movingSince);
            },
            cancellationToken);
        Canon.Add("allocation.id", stuck.Id);
        Canon.Tag("allocation.state", end?.State ?? stuck.State);
        if (end is not null)
        {
            log.LogWarning("Allocation {AllocationId} was stuck in {From} and is {To} now ({Reason}).", stuck.Id, stuck.State, end.State,
                end.Reason);
        }

        return end is not null;
    }

    private async Task SweepGuardedAsync(CancellationToken stoppingToken)
    {
        try
        {
            await SweepAsync(stoppingToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            log.LogError(e, "A sweep for stuck allocations failed; the next one follows in {Interval}.", s_interval);
        }
    }
}

/// <summary>Puts the sweeps into the worker.</summary>
internal static class ReconciliationExtensions
{
    internal static void AddReconciliation(this WebApplicationBuilder builder) => builder.Services.AddHostedService<StuckSweep>();
}
