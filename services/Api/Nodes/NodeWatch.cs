using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Orion.Store.Journal;
using Orion.Store.Leadership;

namespace OrionPlatform.Api;

/// <summary>When a silent node counts as lost.</summary>
internal sealed class NodeWatchOptions
{
    public const string Section = "Orion:Nodes";

    /// <summary>Silence after which a node is lost; its allocations fail. Agents beat every 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:05", "01:00:00", ErrorMessage = "Orion:Nodes:LostAfter must lie between 00:00:05 and 01:00:00.")]
    public TimeSpan LostAfter { get; set; } = TimeSpan.FromSeconds(30);
}

/// <summary>
/// Judges which nodes are lost. The api does it, because heartbeats arrive here: silence only counts while someone was listening, so that
/// an outage of the platform is never taken for the death of its nodes. Of several apis one judges, once it has listened for so long.
/// </summary>
internal sealed class NodeWatch(
    DomainStore store, IOptions<NodeWatchOptions> options, TimeProvider time, ILogger<NodeWatch> log) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(2);
    private readonly LeaderLease _lease = new(store, "node-watch", time);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var listeningSince = time.GetUtcNow();
        using var timer = new PeriodicTimer(s_interval, time);
        while (await NextAsync(timer, stoppingToken))
        {
            try
            {
                await LookAsync(listeningSince, stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                log.LogWarning(e, "Could not look for lost nodes; the next look follows in {Interval}.", s_interval);
            }
        }
    }

    private async Task LookAsync(DateTimeOffset listeningSince, CancellationToken cancellationToken)
    {
        var lostAfter = options.Value.LostAfter;
        if (time.GetUtcNow() - listeningSince < lostAfter
            || !await store.ReadAsync(tx => Nodes.AnySilentAsync(tx, tx.Now - lostAfter), cancellationToken)
            || !await _lease.TryLeadAsync(cancellationToken))
        {
            return;
        }

        var lost = await store.WriteAsync(
            async tx =>
            {
                await tx.CheckLeaderAsync(_lease);
                return await Nodes.MarkLostAsync(tx, tx.Now - lostAfter);
            },
            cancellationToken);
        foreach (var node in lost)
        {
            log.LogWarning("Node {NodeId} has been silent for more than {LostAfter} and counts as lost.", node, options.Value.LostAfter);
        }
    }

    private static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken stoppingToken)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
