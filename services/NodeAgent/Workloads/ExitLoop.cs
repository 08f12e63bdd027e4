using Orion.Telemetry.CanonicalLines;
using Orion.Telemetry.Errors;
using Orion.Telemetry.Tracing;
using OrionPlatform.Contracts;
using OrionPlatform.ServiceDefaults;

namespace OrionPlatform.NodeAgent;

/// <summary>Notices workloads that end by themselves and tells the platform.</summary>
internal sealed class ExitLoop(
    Workloads workloads, EndedWorkloads ended, PlatformClient client, Retrying retrying, TimeProvider time, ILogger<ExitLoop> log)
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(200);

    // Whoever ends this agent may end its workloads with it (a shutdown, a supervisor): their exit is only news if the agent lives on.
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Runs until the agent stops. Exits not told by then are not told: the workloads are started again in its next life.
    /// </summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        List<Task> telling = [];
        while (true)
        {
            // With nothing that could end there is nothing to look for.
            await workloads.AnyRunsAsync(stopping);
            await Task.Delay(s_look, time, stopping);
            telling.RemoveAll(t => t.IsCompleted);
            foreach (var exit in await LookAsync())
            {
                ended.Ended(exit.Record.AllocationId);
                telling.Add(TellAsync(exit, stopping));
            }
        }
    }

    private async Task<IReadOnlyList<WorkloadExit>> LookAsync()
    {
        try
        {
            return await workloads.LookAsync();
        }
        catch (Exception e)
        {
            // A full disk or the like must not end the watch over all workloads.
            log.LogError(e, "Could not look after the workloads; looking again in {Interval}.", s_look);
            return [];
        }
    }

    private async Task TellAsync(WorkloadExit exit, CancellationToken stopping)
    {
        try
        {
            await Task.Delay(s_settle, time, stopping);
            using var processing = Processing.Start(new ProcessingInfo
            {
                Name = "node-agent.workload.exited",
                EventType = "workload.exited",
                EventId = $"{exit.Record.AllocationId}@{exit.Record.Pid}",
                Subject = "allocation/" + exit.Record.AllocationId,
                TraceParent = exit.Record.TraceParent,
                CorrelationId = exit.Record.CorrelationId,
                Tenant = exit.Record.Tenant,
            });
            processing.Fail(ErrorCodes.WorkloadExited.Code);
            Canon.Add("workload.exit_code", exit.ExitCode);
            log.LogWarning(
                "The workload of {AllocationId} ended by itself, exit code {ExitCode}.", exit.Record.AllocationId, exit.ExitCode);
            await retrying.UntilItWorksAsync(
                "report an exit",
                (node, token) => client.ExitedAsync(node, exit.Record.AllocationId, new WorkloadExitedRequest(exit.ExitCode), token),
                stopping);
            ended.Told(exit.Record.AllocationId);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The agent stops.
        }
    }
}
