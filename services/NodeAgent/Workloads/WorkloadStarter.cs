using System.ComponentModel;
using Microsoft.Extensions.Options;
using Orion.Telemetry.Propagation;
using OrionPlatform.Contracts;

namespace OrionPlatform.NodeAgent;

/// <summary>Starts the process of a configured runtime: no shell, a clean environment, output into a file.</summary>
internal sealed class WorkloadStarter(
    IWorkloadProcesses system, WorkloadFolder folder, WorkloadKiller killer, IOptions<AgentOptions> options,
    TimeProvider time, ILogger<WorkloadStarter> log)
{
    /// <summary>Starts it and puts it on record before it returns; null when the process cannot be started.</summary>
    public async Task<Workload?> StartAsync(WorkloadSpec spec, RuntimeOptions runtime)
    {
        var output = Output(spec.AllocationId);
        var program = ProgramEnvironment.Resolve(runtime.Command);
        var environment = Environment(spec, runtime);
        var command = new WorkloadCommand(program, [.. runtime.Arguments], environment, folder.OutputFile(spec.AllocationId));
        WorkloadRecord record;
        try
        {
            var (pid, startTime) = system.Start(command);
            record = new WorkloadRecord(spec.AllocationId, spec.Runtime, pid, startTime, spec.Tenant, spec.TraceParent, spec.CorrelationId);
        }
        catch (Win32Exception e)
        {
            log.LogError("Could not start {Command} for {AllocationId}: {Error}.", command.Program, spec.AllocationId, e.Message);
            return null;
        }

        try
        {
            folder.Write(record);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await killer.KillAsync([record.Process], TimeSpan.Zero);
            await system.ReleaseAsync(record.Pid);
            log.LogError(e, "Could not put the workload of {AllocationId} on record, so it does not run.", spec.AllocationId);
            return null;
        }

        return new Workload(record, output);
    }

    public WorkloadOutput Output(string allocationId) => new(folder.OutputFile(allocationId), allocationId, log, time);

    /// <summary>Whether this node has that runtime.</summary>
    public RuntimeOptions? Runtime(string name) => options.Value.Runtimes.GetValueOrDefault(name);

    // Last wins: what the platform tells a workload is not for a runtime to change.
    private Dictionary<string, string> Environment(WorkloadSpec spec, RuntimeOptions runtime)
    {
        var environment = ProgramEnvironment.For(system);
        foreach (var (name, value) in runtime.Environment)
        {
            environment[name] = value;
        }

        environment[IWorkloadProcesses.AllocationMark] = spec.AllocationId;
        environment[IWorkloadProcesses.AgentMark] = folder.Root;
        environment["ORION_RUNTIME"] = spec.Runtime;
        environment["ORION_SLOTS"] = $"{spec.Slots}";
        return environment;
    }
}
