using Microsoft.Extensions.Options;

namespace OrionPlatform.NodeAgent;

/// <summary>Puts the running of workloads into the agent.</summary>
internal static class WorkloadsExtensions
{
    // A guard that is at it needs a few seconds.
    private static readonly TimeSpan s_folder = TimeSpan.FromSeconds(10);

    internal static void AddWorkloads(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(Processes());
        builder.Services.AddSingleton(
            s => WorkloadFolder.Take(s.GetRequiredService<IOptions<AgentOptions>>().Value.StateDirectory, s_folder));
        builder.Services.AddSingleton<WorkloadStarter>();
        builder.Services.AddSingleton<WorkloadKiller>();
        builder.Services.AddSingleton<EndedWorkloads>();
        builder.Services.AddSingleton<Workloads>();
        builder.Services.AddSingleton<OrphanGuard>();
    }

    /// <summary>Processes as this operating system has them.</summary>
    internal static IWorkloadProcesses Processes() =>
        OperatingSystem.IsLinux() ? new LinuxProcesses()
        : OperatingSystem.IsMacOS() ? new UnixProcesses()
        : OperatingSystem.IsWindows() ? new PortableProcesses()
        : throw new PlatformNotSupportedException("The node agent runs on Linux, macOS and Windows. Elsewhere, run it in a container.");
}
