using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;
using Orion.Sink.Reading;
using Orion.Sink.Rows;
using OrionPlatform.Tests;

namespace OrionPlatform.Services.Tests;

/// <summary>
/// Request, job, node task and the repaints of whoever looks are each other's cause, though no process that took one step lives to take the
/// next.
/// </summary>
public sealed class ChainTests
{
    private static readonly TimeSpan s_step = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task With_every_process_killed_between_the_steps_the_story_is_whole_from_whichever_end_it_is_asked_for()
    {
        using var folder = new TempFolder();
        await using var stored = Open(folder.Path);
        var (request, release) = (ActivityTraceId.CreateRandom(), ActivityTraceId.CreateRandom());
        var (id, seen) = ("", "");

        await WithApiAndAgentAsync(folder.Path, async tenant =>
        {
            await Eventually.TrueAsync(() =>
                File.Exists(Path.Combine(folder.Path, "node", "credential.json")), "the node is registered", s_step);
            id = await tenant.RequestAsync(traceParent: $"00-{request}-{ActivitySpanId.CreateRandom()}-01");
            await using var viewer = await LookAsync(tenant, id, "0");
            seen = await SeesAsync(viewer, "requested");
            await TellsAsync(stored, request, "api", "/v1/projects/{projectId}/allocations");
            await TellsAsync(stored, request, "api", "allocation.requested");
        });
        await WithWorkerAsync(folder.Path, () => TellsAsync(stored, request, "worker", "allocation.provision"));
        await WithApiAndAgentAsync(folder.Path, async tenant =>
        {
            await TellsAsync(stored, request, "node-agent", "node_task.start");
            await TellsAsync(stored, request, "api", "/node/v1/tasks/{taskId}/result");

            // What the worker changed while no api was there is painted now, and still links to the worker's job.
            await using var viewer = await LookAsync(tenant, id, seen);
            seen = await SeesAsync(viewer, "active");
            await TellsAsync(stored, request, "api", "allocation.active");
            await tenant.ReleaseAsync(id, $"00-{release}-{ActivitySpanId.CreateRandom()}-01");
            seen = await SeesAsync(viewer, "releasing");
            await TellsAsync(stored, release, "api", "/v1/projects/{projectId}/allocations/{id}");
            await TellsAsync(stored, release, "api", "allocation.releasing");
        });
        await WithWorkerAsync(folder.Path, () => TellsAsync(stored, release, "worker", "allocation.release"));
        await WithApiAndAgentAsync(folder.Path, async tenant =>
        {
            await TellsAsync(stored, release, "node-agent", "node_task.stop");
            await TellsAsync(stored, release, "api", "/node/v1/tasks/{taskId}/result");
            await using var viewer = await LookAsync(tenant, id, seen);
            await SeesAsync(viewer, "released");
            await TellsAsync(stored, release, "api", "allocation.released");
        });

        await IsWholeFromEachEndAsync(folder.Path, request, "allocation.provision", "node_task.start", ["allocation.requested"],
            ["allocation.provisioning", "allocation.placed"], ["allocation.active"]);
        await IsWholeFromEachEndAsync(folder.Path, release, "allocation.release", "node_task.stop", ["allocation.releasing"], [],
            ["allocation.released"]);
    }

    /// <summary>The last three: what was painted of that which request, job and task changed.</summary>
    private static async Task IsWholeFromEachEndAsync(string folder, ActivityTraceId request, string job, string task, string[] ofRequest,
        string[] ofJob, string[] ofTask)
    {
        var first = await FreshlyReadAsync(folder, request);
        var (jobTrace, taskTrace) = (TraceOf(first, job), TraceOf(first, task));
        ActivityTraceId[] paints = [.. ofRequest.Concat(ofJob).Concat(ofTask).Select(paint => TraceOf(first, paint))];
        ActivityTraceId[] ends = [request, jobTrace, taskTrace, .. paints];
        Assert.Distinct(ends);
        var whole = first.Traces.Select(t => t.TraceId).ToList();

        foreach (var asked in ends)
        {
            var story = await FreshlyReadAsync(folder, asked);
            Assert.Equal(whole, story.Traces.Select(t => t.TraceId));
            Assert.False(story.Truncated);
            LinksTo(story, job, request);
            LinksTo(story, task, jobTrace);
            Assert.All(ofRequest, paint => LinksTo(story, paint, request));
            Assert.All(ofJob, paint => LinksTo(story, paint, jobTrace));
            Assert.All(ofTask, paint => LinksTo(story, paint, taskTrace));
            Assert.Contains(Trace(story, taskTrace).Lines, l => l.Route == "/node/v1/tasks/{taskId}/result");
        }
    }

    /// <summary>The line links to a span of that trace, and that span is stored too.</summary>
    private static void LinksTo(Story story, string route, ActivityTraceId cause)
    {
        var link = Assert.Single(Lines(story).Single(l => l.Route == route).Links);
        Assert.Equal(cause, link.TraceId);
        var trace = Trace(story, cause);
        Assert.Contains(link.SpanId, trace.Lines.Concat(trace.Spans).Select(s => s.SpanId));
    }

    /// <summary>Somebody looks at the allocation, who has seen the event of that id.</summary>
    private static Task<EventStream> LookAsync(HttpClient tenant, string id, string seen) =>
        EventStream.OpenAsync(tenant, $"allocations/{id}/live", ("Last-Event-ID", seen));

    /// <summary>Looks until it is in that state; returns the event's id.</summary>
    private static async Task<string> SeesAsync(EventStream viewer, string state)
    {
        while (true)
        {
            var next = await viewer.NextAsync();
            if (JsonDocument.Parse(next.Data).RootElement.GetProperty("state").GetString() == state)
            {
                return next.EventId!;
            }
        }
    }

    private static ActivityTraceId TraceOf(Story story, string route) => Lines(story).Single(l => l.Route == route).TraceId;

    private static TraceData Trace(Story story, ActivityTraceId id) => story.Traces.Single(t => t.TraceId == id);

    private static IEnumerable<CanonicalLine> Lines(Story story) => story.Traces.SelectMany(t => t.Lines);

    private static Task TellsAsync(TelemetryReader stored, ActivityTraceId asked, string service, string route) => Eventually.TrueAsync(
        async () => await stored.StoryAsync(asked) is { } story
            && Lines(story).Any(l => l.Service == service && l.Route == route), $"{service} has done {route}", s_step);

    private static async Task<Story> FreshlyReadAsync(string folder, ActivityTraceId asked)
    {
        await using var reader = Open(folder);
        return (await reader.StoryAsync(asked))!;
    }

    private static TelemetryReader Open(string folder) => new(Path.Combine(folder, "telemetry"), TimeProvider.System);

    private static async Task WithApiAndAgentAsync(string folder, Func<HttpClient, Task> step)
    {
        await using var api = ServiceProcess.Api(folder);
        var address = await api.AddressAsync();
        await using var agent = ServiceProcess.Agent(address, Path.Combine(folder, "node"));
        var acme = ApiUnderTest.KeysIn(folder).GetProperty("acme");
        using var tenant = new HttpClient { BaseAddress = new Uri(address, $"v1/projects/{acme.GetProperty("projectId").GetString()}/") };
        tenant.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", acme.GetProperty("apiKey").GetString());
        await step(tenant);
        await Task.WhenAll(agent.KillAsync(), api.KillAsync());
    }

    private static async Task WithWorkerAsync(string folder, Func<Task> step)
    {
        // The node was heard before its api was killed; how long ago that is depends on the machine.
        await using var worker = ServiceProcess.Worker(folder, "--Orion:Provisioning:NodeAlive=00:10:00");
        await step();
        await worker.KillAsync();
    }
}
