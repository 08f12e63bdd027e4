using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Orion.Sink.Reading;
using OrionPlatform.Domain;
using OrionPlatform.Tests;

namespace OrionPlatform.Services.Tests;

/// <summary>One real request through api, worker and node agent to a process, and back.</summary>
public sealed class SliceTests
{
    [LinuxFact]
    public async Task An_allocation_becomes_one_process_tells_its_story_and_is_gone_after_its_release()
    {
        await using var api = await ApiUnderTest.StartAsync();
        await using var worker = ServiceProcess.Worker(api);
        await using var agent = ServiceProcess.Agent(api, Path.Combine(api.Folder, "node"));
        var acme = api.Tenant("acme");
        var trace = ActivityTraceId.CreateRandom();

        var id = await acme.RequestAsync(traceParent: $"00-{trace}-{ActivitySpanId.CreateRandom()}-01");
        await acme.BecomesAsync(id, "active");

        var pid = Assert.Single(WorkloadProcesses.Of(id));
        Assert.DoesNotContain(ServiceSecrets.JoinToken, WorkloadProcesses.Environment(pid), StringComparison.Ordinal);
        Assert.StartsWith("nd_", (await acme.GetAllocationAsync(id)).GetProperty("nodeId").GetString(), StringComparison.Ordinal);

        await acme.ReleaseAsync(id);
        await acme.BecomesAsync(id, "released");
        Assert.Empty(WorkloadProcesses.Of(id));
        Assert.Contains($"{id} says: {id} says goodbye.", agent.Output, StringComparison.Ordinal);

        var facts = await api.Store.ReadAsync(tx => tx.FactsOfAsync("allocation/" + id));
        Assert.Equal(
            ["allocation.requested", "allocation.provisioning", "allocation.placed", "allocation.active", "allocation.releasing",
                "allocation.released"],
            facts.Select(f => f.Fact.Type));
        Assert.All(facts, f => Assert.Matches("^[0-9a-f]{32}$", f.TraceId));
        Assert.Equal(trace.ToHexString(), facts[0].TraceId);

        // Whoever does the next step goes on with the request's correlation id and tenant; nobody has passed them on by hand.
        Assert.All(facts.Take(4), f => Assert.Equal(trace.ToHexString(), f.CorrelationId));
        Assert.All(facts, f => Assert.StartsWith("tn_", f.Fact.TenantId, StringComparison.Ordinal));
        await TellsItsStoryAsync(api, trace);
    }

    [LinuxFact]
    public async Task A_workload_that_ends_by_itself_fails_its_allocation()
    {
        await using var api = await ApiUnderTest.StartAsync();
        await using var worker = ServiceProcess.Worker(api);
        await using var agent = ServiceProcess.Agent(
            api, Path.Combine(api.Folder, "node"), "--Orion:Agent:Runtimes:missing:Command=/no/such/program",
            "--Orion:Agent:Runtimes:chatty:Command=seq", "--Orion:Agent:Runtimes:chatty:Arguments:0=3");
        var acme = api.Tenant("acme");

        var killed = await acme.RequestAsync();
        var missing = await acme.RequestAsync("missing");
        var brief = await acme.RequestAsync("chatty");
        await acme.BecomesAsync(killed, "active");
        WorkloadProcesses.Kill(killed);

        await EndsAsync(acme, killed, FailureReason.WorkloadExited);
        await EndsAsync(acme, missing, FailureReason.StartFailed);
        await EndsAsync(acme, brief, FailureReason.WorkloadExited);
        Assert.Contains($"{brief} says: 3", agent.Output, StringComparison.Ordinal);
    }

    [LinuxFact]
    public async Task A_task_of_a_kind_that_the_agent_does_not_know_leaves_the_workload_alone()
    {
        await using var api = await ApiUnderTest.StartAsync();
        await using var worker = ServiceProcess.Worker(api);
        await using var agent = ServiceProcess.Agent(api, Path.Combine(api.Folder, "node"));
        var acme = api.Tenant("acme");
        var id = await acme.RequestAsync();
        await acme.BecomesAsync(id, "active");
        var pid = Assert.Single(WorkloadProcesses.Of(id));

        // What an api of a later version, whose schema allows more, might ask for.
        await using (var later = StoreDatabase.Of(api.Folder).Connection())
        {
            await later.OpenAsync();
            await using var command = later.CreateCommand();
            command.CommandText = $"""
                {(StoreDatabase.IsPostgres
                    ? "ALTER TABLE node_tasks DROP CONSTRAINT node_tasks_kind_check;"
                    : "PRAGMA ignore_check_constraints = 1;")}
                INSERT INTO node_tasks (id, node_id, allocation_id, kind, state, created_at)
                SELECT 'nt_later', node_id, allocation_id, 'drain', 'ready', created_at FROM node_tasks WHERE allocation_id = '{id}'
                """;
            Assert.Equal(1, await command.ExecuteNonQueryAsync());
        }

        await Eventually.TrueAsync(
            () => agent.Output.Contains("knows no tasks of the kind \"drain\"", StringComparison.Ordinal), "the agent says so");
        Assert.Equal([pid], WorkloadProcesses.Of(id));
        await acme.ReleaseAsync(id);
        await acme.BecomesAsync(id, "released");
    }

    private static async Task EndsAsync(HttpClient tenant, string id, string reason)
    {
        await tenant.BecomesAsync(id, "failed");
        Assert.Equal(reason, (await tenant.GetAllocationAsync(id)).GetProperty("reason").GetString());
        Assert.Empty(WorkloadProcesses.Of(id));
    }

    private static Task TellsItsStoryAsync(ApiUnderTest api, ActivityTraceId trace) => Eventually.TrueAsync(
        async () =>
        {
            var story = await api.App.Services.GetRequiredService<TelemetryReader>().StoryAsync(trace);
            var lines = story?.Traces.SelectMany(t => t.Lines).ToList() ?? [];
            return lines.Any(l => l.Service == "worker" && l.Route == "allocation.provision")
                && lines.Any(l => l.Service == "node-agent" && l.Route == "node_task.start")
                && lines.Any(l => l.Route == "/node/v1/tasks/{taskId}/result");
        },
        "the request's story has the job, the node task and the report");
}
