using OrionPlatform.Tests;

namespace OrionPlatform.Services.Tests;

/// <summary>Does to a platform what the schedule says, and notes it in the history.</summary>
internal sealed class FaultRunner(FaultyPlatform platform, RecordedHistory history)
{
    private const int Flaps = 4;

    // Ten times the lease of a job, which is what is waited for.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(150);
    private static readonly TimeSpan s_flap = TimeSpan.FromMilliseconds(60);
    private static readonly TimeSpan s_commitWithin = TimeSpan.FromSeconds(1);

    /// <summary>Jobs that another worker did whose worker stood still with its lease.</summary>
    public int TakenOver { get; private set; }

    /// <summary>Does a round: a worker stands still from its beginning until others have taken over what it held.</summary>
    public async Task RunAsync(FaultRound round)
    {
        var worker = platform.Worker(round.Paused);
        try
        {
            var held = await StopWithLeasesAsync(round.Paused);
            var takenOver = TakenOverAsync(round.Paused, held);
            foreach (var fault in round.Faults)
            {
                await Task.Delay(fault.After);
                history.Note($"{fault.Kind} {fault.Target}");
                await ApplyAsync(fault);
                history.Note($"{fault.Kind} {fault.Target} is over");
            }

            await takenOver;
        }
        finally
        {
            worker.Continue();
            history.Note($"worker {round.Paused} goes on");
        }
    }

    /// <summary>Stops the worker at a moment at which it holds leases, and nothing that would stop all others too.</summary>
    private async Task<IReadOnlyList<HeldLease>> StopWithLeasesAsync(int index)
    {
        IReadOnlyList<HeldLease> held = [];
        var worker = platform.Worker(index);
        await Eventually.TrueAsync(
            async () =>
            {
                await worker.PauseAsync();
                held = await platform.World.LeasesAsync(index);
                if (held.Count > 0 && await StayHeldAsync(held))
                {
                    return true;
                }

                worker.Continue();
                return false;
            },
            $"worker {index} holds a lease",
            s_patience);
        history.Note($"worker {index} stands still with {string.Join(", ", held.Select(h => h.JobId))}");
        return held;
    }

    /// <summary>
    /// What it sent before it was stopped may still take effect on a server. A file that it had locked would be nobody's until it goes on.
    /// </summary>
    private async Task<bool> StayHeldAsync(IReadOnlyList<HeldLease> held)
    {
        if (platform.Server is null)
        {
            return !await Task.Run(platform.World.IsFileHeld);
        }

        await Task.Delay(TimeSpan.FromMilliseconds(300));
        return await platform.World.EndedAsync(held) == 0;
    }

    private async Task TakenOverAsync(int index, IReadOnlyList<HeldLease> held)
    {
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    return await platform.World.EndedAsync(held) == held.Count;
                }
                catch (Exception e) when (e is System.Data.Common.DbException or IOException)
                {
                    // The server crashes, too.
                    return false;
                }
            },
            $"what worker {index} held is another's",
            s_patience);
        history.Note($"others have taken over what worker {index} held");
        TakenOver += held.Count;
    }

    private Task ApplyAsync(PlannedFault fault) => fault.Kind switch
    {
        FaultKind.KillWorker => KillWorkerAsync(fault.Target),
        FaultKind.KillApi => KillApiAsync(fault.Target),
        FaultKind.KillAgent => platform.RestartAgentAsync(fault.Target),
        FaultKind.KillBoth => Task.WhenAll(KillApiAsync(fault.Target % 2), KillWorkerAsync(fault.Target)),
        FaultKind.CutWorker => CutAsync(platform.NetworkOfWorker(fault.Target), fault),
        FaultKind.CutApi => CutAsync(platform.NetworkOfApi(fault.Target), fault),
        FaultKind.CrashServer => Task.Run(() => platform.Server!.Restart("immediate")),
        FaultKind.HoldFile => HoldFileAsync(fault.Lasts),
        _ => throw new ArgumentOutOfRangeException(nameof(fault)),
    };

    private async Task KillWorkerAsync(int worker)
    {
        await platform.KillWorkerAsync(worker);
        platform.StartWorker(worker);
    }

    private async Task KillApiAsync(int api)
    {
        await platform.KillApiAsync(api);
        await platform.StartApiAsync(api);
    }

    /// <summary>
    /// A few times for a moment, so that several commits are met; then silence for most of the time, broken connections for the rest.
    /// </summary>
    private async Task CutAsync(CutNetwork network, PlannedFault fault)
    {
        for (var flap = 0; flap < Flaps; flap++)
        {
            await CutAsync(network, isCommitDelivered: flap % 2 == 0 == fault.CommitArrives, s_flap);
        }

        await CutAsync(network, fault.CommitArrives, fault.Lasts);
    }

    private async Task CutAsync(CutNetwork network, bool isCommitDelivered, TimeSpan lasts)
    {
        var hadCommit = await network.FallSilentAsync(isCommitDelivered, s_commitWithin);
        var met = !hadCommit ? "" : isCommitDelivered ? " with a commit that arrived" : " with a commit that did not arrive";
        await Task.Delay(lasts * 0.7);
        history.Note($"silence{met}; {network.Break()} connections are reset");
        await Task.Delay(lasts * 0.3);
        network.Heal();
    }

    private async Task HoldFileAsync(TimeSpan lasts)
    {
        using var held = await Task.Run(() => new HeldDatabase(platform.StoreFile));
        await Task.Delay(lasts);
    }
}
