using Microsoft.Extensions.Options;

namespace OrionPlatform.NodeAgent;

/// <summary>Starts the process of a configured runtime: no shell, a clean environment, output into a file.</summary>
internal sealed class WorkloadStarter(WorkloadFolder folder, IOptions<AgentOptions> options, IConfiguration configuration, TimeProvider time, ILogger<WorkloadStarter> log)
{
    /// <summary>Starts it and puts it on record before it returns; null when the process cannot be started.</summary>
    public Workload? Start(WorkloadSpec spec, RuntimeOptions runtime)
    {
        var output = Output(spec.AllocationId);
        var (pid, error) = Native.Spawn(runtime.Command, [.. runtime.Arguments], Environment(spec), folder.OutputFile(spec.AllocationId));
        if (error != 0)
        {
            log.LogError("Could not start {Command} for {AllocationId}: error {Error}.", runtime.Command, spec.AllocationId, error);
            return null;
        }

        // A child that has ended already is a zombie until it is reaped, so its start time can still be read.
        var record = new WorkloadRecord(spec.AllocationId, spec.Runtime, pid, ProcFs.StartTicks(pid) ?? 0, spec.Tenant, spec.TraceParent, spec.CorrelationId);
        try
        {
            folder.Write(record);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Native.Kill(pid, Native.SigKill);
            log.LogError(e, "Could not put the workload of {AllocationId} on record, so it does not run.", spec.AllocationId);
            return null;
        }

        return new Workload(record, output);
    }

    public WorkloadOutput Output(string allocationId) => new(folder.OutputFile(allocationId), allocationId, log, time);

    /// <summary>Whether this node has that runtime.</summary>
    public RuntimeOptions? Runtime(string name) => options.Value.Runtimes.GetValueOrDefault(name);

    private List<string> Environment(WorkloadSpec spec)
    {
        List<string> environment =
        [
            "PATH=" + (System.Environment.GetEnvironmentVariable("PATH") ?? "/usr/local/bin:/usr/bin:/bin"),
            "LANG=C.UTF-8",
            $"{ProcFs.AllocationMark}={spec.AllocationId}",
            $"{ProcFs.AgentMark}={folder.Root}",
            $"ORION_RUNTIME={spec.Runtime}",
            $"ORION_SLOTS={spec.Slots}",
        ];
        if (configuration["ORION_RUN_ID"] is { Length: > 0 } run)
        {
            environment.Add("ORION_RUN_ID=" + run);
        }

        return environment;
    }
}
