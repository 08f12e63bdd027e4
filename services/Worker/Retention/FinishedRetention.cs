using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Orion.Store.Leadership;

namespace OrionPlatform.Worker;

/// <summary>How long the store keeps what is over, section <c>Orion:Retention</c>.</summary>
internal sealed class RetentionOptions
{
    public const string Section = "Orion:Retention";

    /// <summary>Days that an allocation stays in the store after its end, 1 to 3650. Its facts stay in the journal.</summary>
    [Range(1, 3650, ErrorMessage = "Orion:Retention:FinishedDays must lie between 1 and 3650.")]
    public int FinishedDays { get; set; } = 30;
}

/// <summary>
/// Removes allocations that ended long ago, a small batch at a time: each is a write of its own, so that requests come in between. Of
/// several workers one does it.
/// </summary>
internal sealed class FinishedRetention(
    DomainStore store, IOptions<RetentionOptions> options, TimeProvider time, ILogger<FinishedRetention> log) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);
    private readonly LeaderLease _lease = new(store, "retention", time);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_interval, time);
        try
        {
            do
            {
                await PruneGuardedAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The worker stops.
        }
    }

    /// <summary>One round; returns how many allocations it removed.</summary>
    internal async Task<int> PruneAsync(CancellationToken cancellationToken)
    {
        var kept = TimeSpan.FromDays(options.Value.FinishedDays);
        var removed = 0;
        while (await store.ReadAsync(tx => FinishedAllocations.AnyAsync(tx, tx.Now - kept), cancellationToken)
            && await _lease.TryLeadAsync(cancellationToken))
        {
            var batch = await store.WriteAsync(
                async tx =>
                {
                    await tx.CheckLeaderAsync(_lease);
                    return await FinishedAllocations.PruneAsync(tx, tx.Now - kept);
                },
                cancellationToken);
            removed += batch;
            if (batch < FinishedAllocations.Batch)
            {
                break;
            }

            await Task.Delay(s_pause, time, cancellationToken);
        }

        return removed;
    }

    private async Task PruneGuardedAsync(CancellationToken stoppingToken)
    {
        try
        {
            if (await PruneAsync(stoppingToken) is > 0 and var removed)
            {
                log.LogInformation("Removed {Count} allocations that ended more than {Days} days ago.", removed,
                    options.Value.FinishedDays);
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            log.LogError(e, "Finished allocations could not be removed; the next attempt follows in {Interval}.", s_interval);
        }
    }
}

/// <summary>Puts retention into the worker.</summary>
internal static class RetentionExtensions
{
    internal static void AddRetention(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<RetentionOptions>().BindConfiguration(RetentionOptions.Section)
            .ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddHostedService<FinishedRetention>();
    }
}
