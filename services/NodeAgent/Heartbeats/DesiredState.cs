using Microsoft.Extensions.Options;
using Orion.Telemetry.CanonicalLines;
using Orion.Telemetry.Errors;
using Orion.Telemetry.Tracing;
using OrionPlatform.Contracts;
using OrionPlatform.ServiceDefaults;

namespace OrionPlatform.NodeAgent;

/// <summary>Brings what runs here in line with what the platform says should: after a restart, after a stop that was missed.</summary>
internal sealed class DesiredState(Workloads workloads, EndedWorkloads ended, IOptions<AgentOptions> options, ILogger<DesiredState> log)
{
    /// <summary>Starts and stops as the answer to that heartbeat says, all beside each other.</summary>
    public Task ApplyAsync(HeartbeatResponse answer, long beat, CancellationToken stopping) => Task.WhenAll(
        [
            .. answer.Run.Where(w => !ended.Contradicts(w.AllocationId, beat)).Select(w => StartAsync(w, stopping)),
            .. answer.Stop.Select(StopAsync),
        ]);

    private async Task StartAsync(WorkloadSpec workload, CancellationToken stopping)
    {
        using var processing = Start("resume", workload.AllocationId, workload.Tenant, workload.TraceParent, workload.CorrelationId);
        try
        {
            var result = await workloads.StartAsync(workload, stopping);
            Canon.Add("workload.pid", result.Pid);
            if (result.Outcome != TaskOutcome.Started)
            {
                processing.Fail(ErrorCodes.WorkloadNotStarted.Code);
                log.LogError("The workload of {AllocationId} should run here and cannot: {Outcome}.", workload.AllocationId,
                    result.Outcome);
            }
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            Failed(processing, workload.AllocationId, e);
        }
    }

    private async Task StopAsync(string allocationId)
    {
        using var processing = Start("stop_unwanted", allocationId, null, null, null);
        log.LogWarning("The workload of {AllocationId} is not (or no longer) this node's; stopping it.", allocationId);
        try
        {
            await workloads.StopAsync(allocationId, options.Value.StopGrace);
        }
        catch (Exception e)
        {
            Failed(processing, allocationId, e);
        }
    }

    // The next heartbeat's answer says the same again, if it still holds.
    private void Failed(Processing processing, string allocationId, Exception exception)
    {
        processing.Fail(ErrorCatalogue.Internal.Code, exception);
        log.LogError(exception, "Could not bring the workload of {AllocationId} in line.", allocationId);
    }

    private static Processing Start(string what, string allocationId, string? tenant, string? traceParent, string? correlationId) =>
        Processing.Start(new ProcessingInfo
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
