using System.Diagnostics;
using System.Net.Http.Headers;
using OrionPlatform.Sink;
using OrionPlatform.Tests;

namespace OrionPlatform.Services.Tests;

/// <summary>Request, job and node task are each other's cause, though no process that took one step lives to take the next.</summary>
public sealed class ChainTests
{
    private static readonly TimeSpan s_step = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task With_every_process_killed_between_the_steps_the_story_is_whole_from_whichever_end_it_is_asked_for()
    {
        using var folder = new TempFolder();
        await using var stored = Open(folder.Path);
        var (request, release) = (ActivityTraceId.CreateRandom(), ActivityTraceId.CreateRandom());
        var id = "";

        await WithApiAndAgentAsync(folder.Path, async tenant =>
        {
            await Eventually.TrueAsync(() => File.Exists(Path.Combine(folder.Path, "node", "credential.json")), "the node is registered", s_step);
            id = await tenant.RequestAsync(traceParent: $"00-{request}-{ActivitySpanId.CreateRandom()}-01");
            await TellsAsync(stored, request, "api", "/v1/projects/{projectId}/allocations");
        });
        await WithWorkerAsync(folder.Path, () => TellsAsync(stored, request, "worker", "allocation.provision"));
        await WithApiAndAgentAsync(folder.Path, async tenant =>
        {
            await TellsAsync(stored, request, "node-agent", "node_task.start");
            await TellsAsync(stored, request, "api", "/node/v1/tasks/{taskId}/result");
            await tenant.BecomesAsync(id, "active");
            await tenant.ReleaseAsync(id, $"00-{release}-{ActivitySpanId.CreateRandom()}-01");
            await TellsAsync(stored, release, "api", "/v1/projects/{projectId}/allocations/{id}");
        });
        await WithWorkerAsync(folder.Path, () => TellsAsync(stored, release, "worker", "allocation.release"));
        await WithApiAndAgentAsync(folder.Path, async tenant =>
        {
            await TellsAsync(stored, release, "node-agent", "node_task.stop");
            await TellsAsync(stored, release, "api", "/node/v1/tasks/{taskId}/result");
            await tenant.BecomesAsync(id, "released");
        });

        await IsWholeFromEachEndAsync(folder.Path, request, "allocation.provision", "node_task.start");
        await IsWholeFromEachEndAsync(folder.Path, release, "allocation.release", "node_task.stop");
    }

    private static async Task IsWholeFromEachEndAsync(string folder, ActivityTraceId request, string job, string task)
    {
        var first = await FreshlyReadAsync(folder, request);
        var (jobTrace, taskTrace) = (TraceOf(first, job), TraceOf(first, task));
        Assert.Distinct([request, jobTrace, taskTrace]);
        var whole = first.Traces.Select(t => t.TraceId).ToList();

        foreach (var asked in new[] { request, jobTrace, taskTrace })
        {
            var story = await FreshlyReadAsync(folder, asked);
            Assert.Equal(whole, story.Traces.Select(t => t.TraceId));
            Assert.False(story.Truncated);
            LinksTo(story, job, request);
            LinksTo(story, task, jobTrace);
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

    private static ActivityTraceId TraceOf(Story story, string route) => Lines(story).Single(l => l.Route == route).TraceId;

    private static TraceData Trace(Story story, ActivityTraceId id) => story.Traces.Single(t => t.TraceId == id);

    private static IEnumerable<CanonicalLine> Lines(Story story) => story.Traces.SelectMany(t => t.Lines);

    private static Task TellsAsync(TelemetryReader stored, ActivityTraceId asked, string service, string route) => Eventually.TrueAsync(
        async () => await stored.StoryAsync(asked) is { } story && Lines(story).Any(l => l.Service == service && l.Route == route), $"{service} has done {route}", s_step);

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
