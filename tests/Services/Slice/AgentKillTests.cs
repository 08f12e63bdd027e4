using System.Diagnostics;
using OrionPlatform.Tests;

namespace OrionPlatform.Services.Tests;

/// <summary>kill -9 of what starts processes: each allocation still ends with exactly one.</summary>
[Trait("Store", "once")]
public sealed class AgentKillTests
{
    [LinuxFact]
    public async Task Killed_in_the_middle_of_provisioning_worker_and_agent_come_back_and_one_process_runs_for_each()
    {
        await using var api = await ApiUnderTest.StartAsync();
        var state = Path.Combine(api.Folder, "node");
        var acme = api.Tenant("acme");
        var worker = ServiceProcess.Worker(api);
        var agent = ServiceProcess.Agent(api, state);
        List<string> ids = [.. await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => acme.RequestAsync()))];

        // The first process stands: the agent is in the middle of them.
        await Eventually.TrueAsync(() =>
            ids.Any(id => WorkloadProcesses.Of(id).Count > 0), "a first process runs", TimeSpan.FromSeconds(60));
        await Task.WhenAll(agent.KillAsync(), worker.KillAsync());

        await using var secondWorker = ServiceProcess.Worker(api);
        await using var secondAgent = ServiceProcess.Agent(api, state);
        foreach (var id in ids)
        {
            await acme.BecomesAsync(id, "active");
            Assert.Single(WorkloadProcesses.Of(id));
        }

        await Task.WhenAll(ids.Select(acme.ReleaseAsync));
        foreach (var id in ids)
        {
            await acme.BecomesAsync(id, "released");
            Assert.Empty(WorkloadProcesses.Of(id));
        }
    }

    [LinuxFact]
    public async Task A_process_that_was_started_but_never_recorded_is_taken_over_and_one_that_is_unknown_is_stopped()
    {
        await using var api = await ApiUnderTest.StartAsync();
        var state = Path.Combine(api.Folder, "node");
        var acme = api.Tenant("acme");
        await using var worker = ServiceProcess.Worker(api);
        var agent = ServiceProcess.Agent(api, state);
        await acme.BecomesAsync(await acme.RequestAsync(), "active");
        await agent.KillAsync();
        var id = await acme.RequestAsync();
        await acme.BecomesAsync(id, "provisioning");
        using var unrecorded = Workload(id, state);
        using var unknown = Workload("al_unknown", state);
        var hadItsOwn = unrecorded.Id;

        await using var second = ServiceProcess.Agent(api, state);
        await acme.BecomesAsync(id, "active");
        Assert.Equal(hadItsOwn, Assert.Single(WorkloadProcesses.Of(id)));
        await Eventually.TrueAsync(() => WorkloadProcesses.Of("al_unknown").Count == 0, "the unknown workload is stopped");

        await acme.ReleaseAsync(id);
        await acme.BecomesAsync(id, "released");
        Assert.Empty(WorkloadProcesses.Of(id));
    }

    [LinuxFact]
    public async Task Stopped_gracefully_the_agent_stops_its_workloads_and_starts_them_again_when_it_is_back()
    {
        await using var api = await ApiUnderTest.StartAsync();
        var state = Path.Combine(api.Folder, "node");
        var acme = api.Tenant("acme");
        await using var worker = ServiceProcess.Worker(api);
        var agent = ServiceProcess.Agent(api, state);
        var id = await acme.RequestAsync();
        await acme.BecomesAsync(id, "active");

        await agent.StopAsync();
        Assert.Empty(WorkloadProcesses.Of(id));
        Assert.Empty(WorkloadProcesses.GuardsOf(state));
        Assert.Equal("active", (await acme.GetAllocationAsync(id)).GetProperty("state").GetString());

        await using var second = ServiceProcess.Agent(api, state);
        await Eventually.TrueAsync(() => WorkloadProcesses.Of(id).Count == 1, "its process runs again");
        PrivateFiles.IsPrivate(Path.Combine(state, "credential.json"));
        await acme.ReleaseAsync(id);
        await acme.BecomesAsync(id, "released");
    }

    [LinuxFact]
    public async Task Killed_and_not_started_again_nothing_of_the_agent_is_left()
    {
        await using var api = await ApiUnderTest.StartAsync();
        var state = Path.Combine(api.Folder, "node");
        var acme = api.Tenant("acme");
        await using var worker = ServiceProcess.Worker(api);
        var agent = ServiceProcess.Agent(api, state, "--Orion:Agent:OrphanGrace=00:00:01");
        List<string> ids = [await acme.RequestAsync(), await acme.RequestAsync()];
        foreach (var id in ids)
        {
            await acme.BecomesAsync(id, "active");
        }

        Assert.Single(WorkloadProcesses.GuardsOf(state));
        await agent.KillAsync();

        await Eventually.TrueAsync(() => WorkloadProcesses.GuardsOf(state).Count == 0, "the guard is gone");
        Assert.All(ids, id => Assert.Empty(WorkloadProcesses.Of(id)));

        // Not the platform's wish: an agent that comes later starts them again, and tells what the guard did.
        await using var second = ServiceProcess.Agent(api, state);
        await Eventually.TrueAsync(() => ids.TrueForAll(id => WorkloadProcesses.Of(id).Count == 1), "they run again");
        Assert.Contains("ending 2 processes of 2 workloads", second.Output, StringComparison.Ordinal);
    }

    [LinuxFact]
    public async Task Killed_and_started_again_the_agent_keeps_its_processes_and_a_guard_that_was_killed_is_replaced()
    {
        await using var api = await ApiUnderTest.StartAsync();
        var state = Path.Combine(api.Folder, "node");
        var acme = api.Tenant("acme");
        await using var worker = ServiceProcess.Worker(api);
        var agent = ServiceProcess.Agent(api, state);
        var id = await acme.RequestAsync();
        await acme.BecomesAsync(id, "active");
        var process = Assert.Single(WorkloadProcesses.Of(id));
        var firstGuard = Assert.Single(WorkloadProcesses.GuardsOf(state));
        await agent.KillAsync();

        await using (var second = ServiceProcess.Agent(api, state))
        {
            var taken = $"Took over the workload of {id}, process {process}.";
            await Eventually.TrueAsync(() => second.Output.Contains(taken, StringComparison.Ordinal), "it is taken over");

            // The first guard finds the folder held when its grace is over, and goes.
            await Eventually.TrueAsync(() => !WorkloadProcesses.IsLive(firstGuard), "the first guard is gone", TimeSpan.FromSeconds(60));
            Assert.Equal(process, Assert.Single(WorkloadProcesses.Of(id)));
            var guard = Assert.Single(WorkloadProcesses.GuardsOf(state));
            using (var killed = Process.GetProcessById(guard))
            {
                killed.Kill();
            }

            await Eventually.TrueAsync(() => WorkloadProcesses.GuardsOf(state) is [var other] && other != guard, "another guard is there");
        }

        Assert.Empty(WorkloadProcesses.GuardsOf(state));
        Assert.Empty(WorkloadProcesses.Of(id));
    }

    /// <summary>What an agent leaves behind that was killed between starting a process and putting it on record.</summary>
    private static Process Workload(string allocationId, string state)
    {
        var start = new ProcessStartInfo(WorkloadProcesses.Sleeper) { UseShellExecute = false };
        start.Environment["ORION_ALLOCATION_ID"] = allocationId;
        start.Environment["ORION_AGENT_STATE"] = state;
        return Process.Start(start)!;
    }
}
