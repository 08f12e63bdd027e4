namespace OrionPlatform.NodeAgent;

/// <summary>Puts the running of workloads into the agent.</summary>
internal static class WorkloadsExtensions
{
    internal static void AddWorkloads(this WebApplicationBuilder builder)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException("The node agent runs workloads on Linux only: it finds them again through /proc. Elsewhere, run it in a container or in WSL.");
        }

        builder.Services.AddSingleton<WorkloadFolder>();
        builder.Services.AddSingleton<WorkloadStarter>();
        builder.Services.AddSingleton<WorkloadKiller>();
        builder.Services.AddSingleton<EndedWorkloads>();
        builder.Services.AddSingleton<Workloads>();
    }
}
