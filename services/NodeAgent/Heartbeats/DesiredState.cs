using Microsoft.Extensions.Options;
using OrionPlatform.ServiceDefaults;

namespace OrionPlatform.NodeAgent;

/// <summary>Brings what runs here in line with what the platform says should: after a restart, after a stop that was missed.</summary>
internal sealed class DesiredState(Workloads workloads, EndedWorkloads ended, IOptions<AgentOptions> options, ILogger<DesiredState> log)
{
    /// <summary>Starts and stops as the answer to that heartbeat says, all beside each other.</summary>
    public Task ApplyAsync(HeartbeatAnswer answer, long beat, CancellationToken stopping) => Task.WhenAll(
        [
            .. answer.Run.Where(w => !ended.Contradicts(w.AllocationId, beat)).Select(w => StartAsync(w, stopping)),
            .. answer.Stop.Select(StopAsync),
        ]);

    private async Task StartAsync(WorkloadSpec workload, CancellationToken stopping)
    {
        using var processing = Start("resume", workload.AllocationId, workload.Tenant, workload.TraceParent, workload.CorrelationId);
        var result = await workloads.StartAsync(workload, stopping);
        Canon.Add("workload.pid", result.Pid);
        if (result.Outcome != StartResult.Started)
        {
            processing.Fail(ErrorCatalogue.WorkloadNotStarted.Code);
            log.LogError("The workload of {AllocationId} should run here and cannot: {Outcome}.", workload.AllocationId, result.Outcome);
        }
    }

    private async Task StopAsync(string allocationId)
    {
        using var processing = Start("stop_unwanted", allocationId, null, null, null);
        log.LogWarning("The workload of {AllocationId} is not (or no longer) this node's; stopping it.", allocationId);
        await workloads.StopAsync(allocationId, options.Value.StopGrace);
    }

    private static Processing Start(string what, string allocationId, string? tenant, string? traceParent, string? correlationId) => Processing.Start(new ProcessingInfo
    {
        Name = "node-agent.workload." + what,
        EventType = "workload." + what,
        EventId = allocationId,
        Subject = "allocation/" + allocationId,
        TraceParent = traceParent,
        CorrelationId = correlationId,
        Tenant = tenant,
    });
}
