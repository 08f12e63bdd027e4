using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Orion.Sink.Reading;
using Orion.Store.Journal;
using OrionPlatform.Domain;
using OrionPlatform.Tests;

namespace OrionPlatform.Services.Tests;

/// <summary>The node API as an agent sees it, the agent played by the test.</summary>
public sealed class NodeApiTests(SharedApi shared) : IClassFixture<SharedApi>
{
    private readonly ApiUnderTest _api = shared.Api;

    // A runtime of the test's own, so that no other test's node is given its allocations.
    private readonly string _runtime = "r" + Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Only_the_join_token_registers_and_only_the_nodes_secret_speaks_for_it()
    {
        var apiKey = _api.DevKeys.GetProperty("acme").GetProperty("apiKey").GetString();
        foreach (var wrong in (string?[])[null, "wrong", ServiceSecrets.JoinToken + "x", apiKey])
        {
            using var refused = await _api.Client(wrong)
                .PostAsJsonAsync("node/v1/register", new { name = "n1", slots = 1, runtimes = new[] { "sleeper" } });
            await Calls.IsProblemAsync(refused, 401, "unauthenticated");
        }

        var (_, nodeId) = await _api.NodeAsync("n1", 4, _runtime);
        var forged = $"nk_{nodeId["nd_".Length..]}_{new string('0', 64)}";
        foreach (var wrong in (string[])[ServiceSecrets.JoinToken, forged, "nk_", "nk_a_b"])
        {
            using var refused = await ClaimAsync(_api.Client(wrong));
            await Calls.IsProblemAsync(refused, 401, "unauthenticated");
        }
    }

    [Fact]
    public async Task A_waiting_claim_is_woken_by_the_task_and_its_report_counts_once()
    {
        var (node, nodeId) = await _api.NodeAsync("n1", 4, _runtime);
        var waiting = ClaimAsync(node, 20);
        var id = await PlaceAsync();
        using var answer = await waiting;
        var task = Assert.Single(Tasks(await Calls.JsonAsync(answer)));
        Assert.Equal(id, task.GetProperty("allocationId").GetString());
        Assert.Equal("acme", task.GetProperty("tenant").GetString());

        using var stale = await ReportAsync(node, task, "started", tokenOffset: 1);
        await Calls.IsProblemAsync(stale, 409, "lease_lost");
        using var first = await ReportAsync(node, task, "started");
        using var again = await ReportAsync(node, task, "started");
        using var contrary = await ReportAsync(node, task, "start_failed");
        Assert.Equal(HttpStatusCode.NoContent, first.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, again.StatusCode);
        await Calls.IsProblemAsync(contrary, 409, "lease_lost");
        var facts = await _api.Store.ReadAsync(tx => tx.FactsOfAsync("allocation/" + id));
        Assert.Equal(1, facts.Count(f => f.Fact.Type == "allocation.active"));
        var active = await _api.Tenant("acme").GetAllocationAsync(id);
        Assert.Equal("active", active.GetProperty("state").GetString());
        Assert.Equal(nodeId, active.GetProperty("nodeId").GetString());
    }

    [Fact]
    public async Task A_task_that_never_arrived_is_handed_out_again_and_one_in_hand_is_not()
    {
        var (node, _) = await _api.NodeAsync("n1", 4, _runtime);
        await PlaceAsync();
        var first = Assert.Single(Tasks(await Calls.JsonAsync(await ClaimAsync(node))));
        Assert.Empty(Tasks(await Calls.JsonAsync(await ClaimAsync(node, holding: first.GetProperty("id").GetString()!))));

        var second = Assert.Single(Tasks(await Calls.JsonAsync(await ClaimAsync(node))));
        Assert.Equal(first.GetProperty("id").GetString(), second.GetProperty("id").GetString());
        using var late = await ReportAsync(node, first, "started");
        await Calls.IsProblemAsync(late, 409, "lease_lost");
        using var current = await ReportAsync(node, second, "started");
        Assert.Equal(HttpStatusCode.NoContent, current.StatusCode);
    }

    [Fact]
    public async Task One_node_neither_sees_nor_reports_anothers_task()
    {
        var (node, _) = await _api.NodeAsync("n1", 4, _runtime);
        await PlaceAsync();
        var (other, _) = await _api.NodeAsync("n2", 4, "other");
        Assert.Empty(Tasks(await Calls.JsonAsync(await ClaimAsync(other))));
        var task = Assert.Single(Tasks(await Calls.JsonAsync(await ClaimAsync(node))));
        using var foreign = await ReportAsync(other, task, "started");
        await Calls.IsProblemAsync(foreign, 404, "not_found");
    }

    [Fact]
    public async Task A_heartbeat_tells_what_to_start_and_what_to_stop()
    {
        var (node, _) = await _api.NodeAsync("n1", 4, _runtime);
        var id = await PlaceAsync();
        var task = Assert.Single(Tasks(await Calls.JsonAsync(await ClaimAsync(node))));
        (await ReportAsync(node, task, "started")).Dispose();

        var none = await BeatAsync(node);
        Assert.Equal(id, Assert.Single(none.GetProperty("run").EnumerateArray()).GetProperty("allocationId").GetString());
        var foreign = await BeatAsync(node, id, "al_other");
        Assert.Empty(foreign.GetProperty("run").EnumerateArray());
        Assert.Equal("al_other", Assert.Single(foreign.GetProperty("stop").EnumerateArray()).GetString());
    }

    [Fact]
    public async Task A_wrong_report_or_heartbeat_is_refused_by_name()
    {
        var (node, _) = await _api.NodeAsync("n1", 4, _runtime);
        using var outcome = await node.PostAsJsonAsync("node/v1/tasks/nt_1/result", new { fencingToken = 1, outcome = "active" });
        await Calls.IsProblemAsync(outcome, 400, "invalid_field", "'outcome'");
        using var unknown = await node.PostAsJsonAsync("node/v1/tasks/nt_1/result", new { fencingToken = 1, outcome = "started" });
        await Calls.IsProblemAsync(unknown, 404, "not_found");
        using var beat = await node.PostAsJsonAsync("node/v1/heartbeat", new { name = "n1", slots = 0, runtimes = Array.Empty<string>() });
        await Calls.IsProblemAsync(beat, 400, "missing_member", "'running', 'process'");
        using var bad = await node.PostAsJsonAsync("node/v1/heartbeat", Beat("n1", 1, ["al_1", "no id"]));
        await Calls.IsProblemAsync(bad, 400, "invalid_field", "'running'");
        using var wait = await node.PostAsJsonAsync(
            "node/v1/tasks/claim", new { max = 1, waitSeconds = 21, holding = Array.Empty<string>() });
        await Calls.IsProblemAsync(wait, 400, "invalid_field", "'waitSeconds'");
    }

    /// <summary>Asks for an allocation and places it, as the worker would.</summary>
    [Fact]
    public async Task What_an_agents_telemetry_lost_on_its_way_is_in_the_account_also_over_its_restart()
    {
        var (node, _) = await _api.NodeAsync("n7", 4, _runtime);
        await SendAsync(1, new { stream = "exported_spans", produced = 10, delivered = 6, failed = 1, overflowed = 0 });
        await SendAsync(2, new { stream = "exported_spans", produced = 5, delivered = 5, failed = 0, overflowed = 0 });

        var reader = _api.App.Services.GetRequiredService<TelemetryReader>();
        await Eventually.TrueAsync(async () =>
            (await reader.LossAsync()).Any(l => l is { Process: "node-agent-n7", Produced: 15 }), "both runs' accounts");
        Assert.Equal(new LossRow("node-agent-n7", "exported_spans", 15, 11, 0, 4, 0), (await reader.LossAsync())
            .Single(l => l.Process == "node-agent-n7"));
        Assert.Equal(
            [("export_failed", 1L), ("unconfirmed", 3L)],
            (await reader.LossReasonsAsync()).Where(r => r.Process == "node-agent-n7").Select(r => (r.Reason, r.Rows)).Order());

        object[] exports =
        [
            new { stream = "lines", produced = 1, delivered = 1, failed = 0, overflowed = 0 },
            new { stream = "exported_logs", produced = -1, delivered = 1, failed = 0, overflowed = 0 },
            new { stream = "exported_logs", produced = 5, delivered = 5, failed = 1, overflowed = 0 },
        ];
        foreach (var wrong in exports)
        {
            using var refused = await node.PostAsJsonAsync("node/v1/heartbeat", Beat("n7", 3, [], [wrong]));
            await Calls.IsProblemAsync(refused, 400, "invalid_field");
        }

        using var foreign = await node.PostAsJsonAsync("node/v1/heartbeat", Beat("n7", 3, [], worker: "api"));
        await Calls.IsProblemAsync(foreign, 400, "invalid_field");

        async Task SendAsync(int pid, object account)
        {
            using var answer = await node.PostAsJsonAsync("node/v1/heartbeat", Beat("n7", pid, [], [account]));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    private async Task<string> PlaceAsync()
    {
        var id = await _api.Tenant("acme").RequestAsync(_runtime);
        await _api.Store.WriteAsync(async tx =>
        {
            var allocation = await Allocations.BeginProvisioningAsync(tx, id);
            Assert.NotNull(await Placement.PlaceAsync(tx, allocation!, tx.Now.AddMinutes(-1)));
        });
        return id;
    }

    private static Task<HttpResponseMessage> ClaimAsync(HttpClient node, int waitSeconds = 0, params string[] holding) =>
        node.PostAsJsonAsync("node/v1/tasks/claim", new { max = 4, waitSeconds, holding });

    private static Task<HttpResponseMessage> ReportAsync(HttpClient node, JsonElement task, string outcome, int tokenOffset = 0) =>
        node.PostAsJsonAsync(
        $"node/v1/tasks/{task.GetProperty("id").GetString()}/result",
        new { fencingToken = task.GetProperty("fencingToken").GetInt64() + tokenOffset, outcome });

    private async Task<JsonElement> BeatAsync(HttpClient node, params string[] running)
    {
        using var answer = await node.PostAsJsonAsync("node/v1/heartbeat", Beat("n1", 1, running));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await Calls.JsonAsync(answer);
    }

    private object Beat(string name, int pid, string[] running, object[]? exports = null, string? worker = null)
    {
        var process = new
        {
            worker = worker ?? "node-agent-" + name,
            host = "h",
            pid,
            startedAt = DateTimeOffset.UnixEpoch,
            intervalSeconds = 5,
            poolThreads = 1,
            poolQueue = 0,
            memoryAllocMb = 1.5,
            memoryCommittedMb = 2.5,
            gcCount = 0,
            gcPauseMs = 0.0,
            lagP99Ms = 0.1,
            lagMaxMs = 0.2,
        };
        return new { name, slots = 4, runtimes = new[] { _runtime }, running, process, exports = exports ?? [] };
    }

    private static JsonElement.ArrayEnumerator Tasks(JsonElement answer) => answer.GetProperty("tasks").EnumerateArray();
}
