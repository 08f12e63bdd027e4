using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Orion.Telemetry.Identity;

namespace OrionPlatform.Worker;

/// <summary>Claims jobs as long as there is room, and hands each to its handler. Woken by commits, not by a slow poll.</summary>
internal sealed class JobRunner(
    JobQueue queue, JobExecution execution, ServiceIdentity identity, IConfiguration configuration, IOptions<JobRunnerOptions> options,
    ILogger<JobRunner> log) : BackgroundService
{
    // The queue tells when a job is due; this is for what it may have missed. A claim is a write, which idleness should not cause.
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_afterFailure = TimeSpan.FromSeconds(1);

    // Bounded by Concurrency; an entry leaves when its job is settled.
    private readonly ConcurrentDictionary<string, Task> _running = new();

    /// <summary>
    /// Whose leases these are: the same again after a restart, and nobody else's, on whatever machine. An instance's name is one of its
    /// telemetry folder's alone.
    /// </summary>
    internal string Owner { get; } = string.Join('/', identity.Host, configuration.GetConnectionString("telemetry"), identity.Instance);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var hasReleased = false;
        using var room = new SemaphoreSlim(options.Value.Concurrency);
        using var givingUp = new CancellationTokenSource();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!hasReleased)
                {
                    await ReleaseOwnAsync(stoppingToken);
                    hasReleased = true;
                }

                await ClaimAsync(room, givingUp.Token, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e)
            {
                log.LogError(e, "Could not claim jobs; trying again in {Delay}.", s_afterFailure);
                await Task.Delay(s_afterFailure, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        givingUp.CancelAfter(options.Value.ShutdownGrace);
        await Task.WhenAll(_running.Values);
    }

    /// <summary>A restart after a crash need not wait for its former life's leases to run out.</summary>
    private async Task ReleaseOwnAsync(CancellationToken stoppingToken)
    {
        var released = await queue.ReleaseOwnerAsync(Owner, stoppingToken);
        if (released > 0)
        {
            log.LogInformation("Took back {Count} jobs that an earlier life of {Owner} held.", released, Owner);
        }
    }

    private async Task ClaimAsync(SemaphoreSlim room, CancellationToken givingUp, CancellationToken stoppingToken)
    {
        await room.WaitAsync(stoppingToken);
        room.Release();
        var jobs = await queue.ClaimAsync(Owner, execution.Kinds, room.CurrentCount, stoppingToken);
        foreach (var job in jobs)
        {
            await room.WaitAsync(CancellationToken.None);
            _running[job.Id] = Task.Run(() => RunAsync(job, room, givingUp), CancellationToken.None);
        }

        if (jobs.Count == 0)
        {
            await queue.WaitAsync(execution.Kinds, s_longestWait, stoppingToken);
        }
    }

    private async Task RunAsync(JobLease job, SemaphoreSlim room, CancellationToken givingUp)
    {
        try
        {
            await execution.RunAsync(job, givingUp);
        }
        finally
        {
            _running.TryRemove(job.Id, out _);
            room.Release();
        }
    }
}
