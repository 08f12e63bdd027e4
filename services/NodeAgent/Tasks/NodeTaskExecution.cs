using Microsoft.Extensions.Options;
using Orion.Telemetry.CanonicalLines;
using Orion.Telemetry.Errors;
using Orion.Telemetry.Tracing;
using OrionPlatform.Contracts;
using OrionPlatform.ServiceDefaults;

namespace OrionPlatform.NodeAgent;

/// <summary>One node task from delivery to report, under one processing span that links to its cause.</summary>
internal sealed class NodeTaskExecution(
    Workloads workloads, EndedWorkloads ended, PlatformClient client, Retrying retrying, HeartbeatLoop heartbeats,
    IOptions<AgentOptions> options, ILogger<NodeTaskExecution> log)
{
    /// <summary>Does it and reports. Never throws: a task that was not reported is handed out again.</summary>
    public async Task RunAsync(NodeTaskResponse task, CancellationToken stopping)
    {
        using var processing = Processing.Start(new ProcessingInfo
        {
            Name = "node-agent.task." + task.Kind,
            EventType = "node_task." + task.Kind,
            EventId = task.Id,
            Subject = "allocation/" + task.AllocationId,
            TraceParent = task.TraceParent,
            CorrelationId = task.CorrelationId,
            Tenant = task.Tenant,
            Attempt = task.Attempt,
        });
        try
        {
            var outcome = await DoAsync(task, stopping);
            Canon.Add("allocation.id", task.AllocationId);
            Canon.Tag("node.task.outcome", outcome);
            if (outcome is TaskOutcome.StartFailed or TaskOutcome.RuntimeUnknown)
            {
                processing.Fail(ErrorCodes.WorkloadNotStarted.Code);
            }

            await ReportAsync(task, outcome, processing, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            Canon.Tag("node.task.outcome", "unreported");
        }
        catch (Exception e)
        {
            processing.Fail(ErrorCatalogue.Internal.Code, e);
            log.LogError(e, "Node task {TaskId} ({Kind} {AllocationId}) failed; it will be handed out again.", task.Id, task.Kind,
                task.AllocationId);
        }
    }

    private async Task<string> DoAsync(NodeTaskResponse task, CancellationToken stopping)
    {
        switch (task.Kind)
        {
            case TaskKind.Start:
                var result = await workloads.StartAsync(task, stopping);
                Canon.Add("workload.pid", result.Pid);
                return result.Outcome;
            case TaskKind.Stop:
                ended.Ended(task.AllocationId);
                await workloads.StopAsync(task.AllocationId, options.Value.StopGrace);
                return TaskOutcome.Stopped;
            default:
                throw new NotSupportedException($"This agent knows no tasks of the kind \"{task.Kind}\": a later version of it may.");
        }
    }

    private async Task ReportAsync(NodeTaskResponse task, string outcome, Processing processing, CancellationToken stopping)
    {
        var message = new TaskResultRequest(task.FencingToken, outcome);
        var accepted =
            await retrying.UntilItWorksAsync("report a task", (node, token) => client.ReportAsync(node, task.Id, message, token), stopping);
        if (task.Kind == TaskKind.Stop)
        {
            ended.Told(task.AllocationId);
        }

        if (!accepted)
        {
            // Taken back, or handed out again: what is to run here is the platform's to say, and it is asked at once.
            processing.Fail(ErrorCatalogue.LeaseLost.Code);
            heartbeats.Hurry();
        }
    }
}
