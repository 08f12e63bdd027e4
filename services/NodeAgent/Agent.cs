namespace OrionPlatform.NodeAgent;

/// <summary>The agent's life: take over what runs, say hello, work, and on a graceful end stop what runs.</summary>
internal sealed class Agent(
    OrphanGuard guard, Workloads workloads, HeartbeatLoop heartbeats, TaskLoop tasks, ExitLoop exits, ILogger<Agent> log)
    : BackgroundService
{
    // Shorter than a task's grace: whoever stops the agent waits for it, and kills it in the end.
    private static readonly TimeSpan s_stopGrace = TimeSpan.FromSeconds(3);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        guard.Start();
        await workloads.AdoptAsync();
        try
        {
            await Task.WhenAll(
                guard.RunAsync(stoppingToken), heartbeats.RunAsync(stoppingToken), WorkAsync(stoppingToken), exits.RunAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            log.LogInformation("Stopping {Count} workloads; they are started again when the agent is.", workloads.Running.Count);
            await workloads.StopAllAsync(s_stopGrace);
            await guard.DismissAsync();
        }
    }

    // Tasks only after the first heartbeat: what an earlier life left behind is in order then.
    private async Task WorkAsync(CancellationToken stoppingToken)
    {
        await heartbeats.First.WaitAsync(stoppingToken);
        await tasks.RunAsync(stoppingToken);
    }
}

/// <summary>Puts the agent into its host.</summary>
internal static class AgentExtensions
{
    internal static void AddAgent(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<DesiredState>();
        builder.Services.AddSingleton<HeartbeatLoop>();
        builder.Services.AddSingleton<ExitLoop>();
        builder.Services.AddSingleton<NodeTaskExecution>();
        builder.Services.AddSingleton<TaskLoop>();
        builder.Services.AddHostedService<Agent>();
    }
}
