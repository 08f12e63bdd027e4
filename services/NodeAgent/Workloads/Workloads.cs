using System.Collections.Concurrent;
using Orion.Telemetry.Propagation;
using OrionPlatform.Contracts;

namespace OrionPlatform.NodeAgent;

/// <summary>
/// The workloads that run here: at most one an allocation. Starting and stopping may be asked any number of times. What truly runs is asked
/// of the operating system; the table and the records on disk only remember it.
/// </summary>
internal sealed class Workloads(
    IWorkloadProcesses system, WorkloadFolder folder, WorkloadStarter starter, WorkloadKiller killer, ILogger<Workloads> log) : IDisposable
{
    private const int Stripes = 64;

    // Bounded by the node's slots: the platform gives it no more allocations. An entry leaves when its workload has ended.
    private readonly ConcurrentDictionary<string, Workload> _running = new();

    // Replaced by the one who waits for it, the watch over exits.
    private volatile TaskCompletionSource _begun = NewSignal();

    // One allocation's start, stop and exit exclude each other; two allocations seldom share a lock.
    private readonly SemaphoreSlim[] _locks = [.. Enumerable.Range(0, Stripes).Select(_ => new SemaphoreSlim(1))];

    /// <summary>Allocations whose workload runs.</summary>
    public IReadOnlyCollection<string> Running => [.. _running.Keys];

    /// <summary>Takes over what an earlier life of this agent left running. Call it once, before anything else.</summary>
    public async Task AdoptAsync()
    {
        foreach (var limit in system.Limits)
        {
            log.LogWarning("What this operating system cannot do: {Limit}", limit);
        }

        var records = folder.Records().ToDictionary(r => r.AllocationId);
        foreach (var group in system.Find(folder).GroupBy(p => p.AllocationId))
        {
            var adopted = Adopted([.. group], records.GetValueOrDefault(group.Key));
            await killer.KillAsync([.. WorkloadKiller.NotUnder(adopted.Pid, [.. group])], TimeSpan.Zero);
            folder.Write(adopted);
            Add(group.Key, new Workload(adopted, starter.Output(group.Key)));
            log.LogInformation("Took over the workload of {AllocationId}, process {Pid}.", group.Key, adopted.Pid);
        }

        foreach (var gone in records.Keys.Where(id => !_running.ContainsKey(id)))
        {
            folder.Forget(gone);
        }
    }

    /// <summary>Starts a workload, unless it runs already.</summary>
    public async Task<StartResult> StartAsync(WorkloadSpec spec, CancellationToken cancellationToken)
    {
        using var held = await LockAsync(spec.AllocationId, cancellationToken);
        if (_running.TryGetValue(spec.AllocationId, out var running))
        {
            return new StartResult(TaskOutcome.Started, running.Record.Pid);
        }

        if (starter.Runtime(spec.Runtime) is not { } runtime)
        {
            return new StartResult(TaskOutcome.RuntimeUnknown, 0);
        }

        if (await starter.StartAsync(spec, runtime) is not { } workload)
        {
            return new StartResult(TaskOutcome.StartFailed, 0);
        }

        Add(spec.AllocationId, workload);
        log.LogInformation("Started {Runtime} for {AllocationId}, process {Pid}.", spec.Runtime, spec.AllocationId, workload.Record.Pid);
        return new StartResult(TaskOutcome.Started, workload.Record.Pid);
    }

    /// <summary>Stops everything that runs for an allocation; when it returns, nothing does.</summary>
    /// <param name="allocationId">The allocation.</param>
    /// <param name="grace">Time between being asked to end and being killed.</param>
    public async Task StopAsync(string allocationId, TimeSpan grace)
    {
        using var held = await LockAsync(allocationId, CancellationToken.None);
        await killer.KillAsync(Of(allocationId, _running.GetValueOrDefault(allocationId)), grace);
        if (_running.TryRemove(allocationId, out var workload))
        {
            await system.ReleaseAsync(workload.Record.Pid);
            workload.Output.Close();
            log.LogInformation("Stopped the workload of {AllocationId}.", allocationId);
        }

        folder.Forget(allocationId);
    }

    /// <summary>Stops all of them at once.</summary>
    public Task StopAllAsync(TimeSpan grace) => Task.WhenAll(_running.Keys.Select(id => StopAsync(id, grace)));

    /// <summary>Completes when something runs here.</summary>
    public async Task AnyRunsAsync(CancellationToken cancellationToken)
    {
        while (_running.IsEmpty)
        {
            // A signal that has been given is replaced before the second look, so that no start falls between the two.
            var begun = _begun;
            if (begun.Task.IsCompleted)
            {
                _begun = begun = NewSignal();
            }

            if (_running.IsEmpty)
            {
                await begun.Task.WaitAsync(cancellationToken);
            }
        }
    }

    /// <summary>Passes output on, and returns the workloads that have ended by themselves since the last call.</summary>
    public async Task<IReadOnlyList<WorkloadExit>> LookAsync()
    {
        List<WorkloadExit> exits = [];
        foreach (var id in _running.Keys)
        {
            using var held = TryLock(id);
            if (held is null || !_running.TryGetValue(id, out var workload))
            {
                continue;
            }

            workload.Output.Pump();
            if (ExitCode(workload.Record) is { } code)
            {
                await killer.KillAsync(Of(id, workload), TimeSpan.Zero);
                await system.ReleaseAsync(workload.Record.Pid);
                _running.TryRemove(id, out _);
                workload.Output.Close();
                folder.Forget(id);
                exits.Add(new WorkloadExit(workload.Record, code));
            }
        }

        return exits;
    }

    public void Dispose()
    {
        foreach (var one in _locks)
        {
            one.Dispose();
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Add(string id, Workload workload)
    {
        _running[id] = workload;
        _begun.TrySetResult();
    }

    /// <summary>Null while it runs. A workload of an earlier life is not this process's child, so its code is not known: -1.</summary>
    private int? ExitCode(WorkloadRecord record) =>
        system.ExitCode(record.Pid) is { } code ? code
        : system.IsAlive(record.Pid, record.StartTime) ? null
        : -1;

    private static WorkloadRecord Adopted(IReadOnlyList<MarkedProcess> processes, WorkloadRecord? record)
    {
        var recorded = record is null ? null : processes.FirstOrDefault(p => p.Pid == record.Pid && p.StartTime == record.StartTime);
        if (recorded is not null)
        {
            return record!;
        }

        // Started, and the agent was killed before it could be put on record: the oldest without a parent among them is the workload.
        var oldest = processes.Where(p => processes.All(q => q.Pid != p.Parent)).MinBy(p => p.StartTime) ?? processes[0];
        return new WorkloadRecord(
            oldest.AllocationId, record?.Runtime ?? "", oldest.Pid, oldest.StartTime, record?.Tenant ?? "", record?.TraceParent,
            record?.CorrelationId);
    }

    /// <summary>What runs for it, and the process on record in any case: the system may know descendants by it.</summary>
    private List<MarkedProcess> Of(string allocationId, Workload? workload)
    {
        var found = system.Find(folder).Where(p => p.AllocationId == allocationId).ToList();
        if (workload is not null && found.TrueForAll(p => p.Pid != workload.Record.Pid))
        {
            found.Add(workload.Record.Process);
        }

        return found;
    }

    private SemaphoreSlim LockOf(string allocationId) => _locks[(uint)string.GetHashCode(allocationId, StringComparison.Ordinal) % Stripes];

    private async Task<Held> LockAsync(string allocationId, CancellationToken cancellationToken)
    {
        var one = LockOf(allocationId);
        await one.WaitAsync(cancellationToken);
        return new Held(one);
    }

    private Held? TryLock(string allocationId) =>
        LockOf(allocationId) is var one && one.Wait(0, CancellationToken.None) ? new Held(one) : null;

    private sealed class Held(SemaphoreSlim one) : IDisposable
    {
        public void Dispose() => one.Release();
    }
}
