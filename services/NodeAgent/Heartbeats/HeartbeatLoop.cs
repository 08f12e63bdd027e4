using Microsoft.Extensions.Options;
using Orion.Telemetry.Heartbeats;
using Orion.Telemetry.Otlp;
using OrionPlatform.Contracts;

namespace OrionPlatform.NodeAgent;

/// <summary>Tells the platform every 5 s that this node lives and what it runs, and brings what runs in line with the answer.</summary>
internal sealed class HeartbeatLoop(
    PlatformClient client, NodeSession session, Retrying retrying, Workloads workloads, EndedWorkloads ended, DesiredState desired,
    HeartbeatSource source,
    ExportAccounts exports, IOptions<AgentOptions> options, TimeProvider time) : IDisposable
{
    private const int IntervalSeconds = 5;
    private readonly SemaphoreSlim _hurry = new(0, 1);
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes with the first heartbeat: from then on the platform counts on this node.</summary>
    public Task First => _first.Task;

    /// <summary>Sends the next one at once.</summary>
    public void Hurry()
    {
        try
        {
            _hurry.Release();
        }
        catch (SemaphoreFullException)
        {
            // It hurries already.
        }
    }

    /// <summary>Runs until the agent stops.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (true)
        {
            await BeatAsync(stopping);
            _first.TrySetResult();
            using var wait = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            await Task.WhenAny(_hurry.WaitAsync(wait.Token), Task.Delay(TimeSpan.FromSeconds(IntervalSeconds), time, wait.Token));
            await wait.CancelAsync();
            stopping.ThrowIfCancellationRequested();
        }
    }

    public void Dispose() => _hurry.Dispose();

    private async Task BeatAsync(CancellationToken stopping)
    {
        long beat = 0;
        var answer = await retrying.UntilItWorksAsync(
            "send a heartbeat",
            (node, token) =>
            {
                beat = ended.NextBeat();
                return client.BeatAsync(node, Message(), token);
            },
            stopping);
        await desired.ApplyAsync(answer, beat, stopping);
        ended.Answered(beat);
    }

    private HeartbeatRequest Message()
    {
        var figures = source.Make();
        var offer = session.Offer;
        return new HeartbeatRequest(offer.Name, offer.Slots, offer.Runtimes, workloads.Running, new ProcessFigures(
            ProcessFigures.WorkerOf(options.Value.Name), figures.Host, figures.Pid, figures.StartedAt, IntervalSeconds, figures.PoolThreads,
            figures.PoolQueue,
            figures.MemoryAllocMb, figures.MemoryCommittedMb, figures.GcCount, figures.GcPauseMs, figures.LagP99Ms, figures.LagMaxMs,
            figures.LagP50Ms, figures.Utilization),
            [.. exports.Read().Select(e => new ExportFigures(e.Stream, e.Produced, e.Delivered, e.Failed, e.Overflowed))]);
    }
}
