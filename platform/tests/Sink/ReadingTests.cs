using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Orion.Sink.Reading;
using Orion.Sink.Rows;

namespace Orion.Sink.Tests;

public sealed class ReadingTests
{
    [Fact]
    public async Task Pages_run_newest_first_over_days_and_processes_without_gap_or_repeat()
    {
        await using var test = new TestSink();
        await using var worker = test.Open("worker");
        for (var hour = 0; hour < 60; hour++)
        {
            test.Sink.Record(test.Line($"/v1/api/{hour}"));
            worker.Record(test.Line($"/v1/worker/{hour}"));
            test.Time.Advance(TimeSpan.FromHours(1));
            if (hour % 20 == 0)
            {
                await test.Sink.FlushAsync();
            }

            await worker.FlushAsync();
        }

        await test.Sink.FlushAsync();
        var all = new List<CanonicalLine>();
        string? after = null;
        do
        {
            var page = await test.Reader.LinesAsync(new TraceQuery { Limit = 7, After = after });
            all.AddRange(page.Items);
            after = page.Next;
            // Rows that arrive between two pages are newer than the cursor and must not disturb it.
            test.Sink.Record(test.Line("/v1/late"));
            await test.Sink.FlushAsync();
        }
        while (after is not null);

        var expected = Enumerable.Range(0, 60).Reverse().SelectMany(h => new[] { $"/v1/api/{h}", $"/v1/worker/{h}" });
        Assert.Equal(expected, all.Select(l => l.Route));
    }

    [Fact]
    public async Task Lines_are_found_by_service_route_tenant_error_duration_and_time()
    {
        await using var test = new TestSink();
        var plain = test.Line("/v1/a", 5);
        test.Sink.Record(plain);
        test.Time.Advance(TimeSpan.FromMinutes(1));
        var special = test.Line("/v1/b", 900, service: "worker");
        special.Tenant = "acme";
        special.Status = SpanStatus.Error;
        test.Sink.Record(special);
        await test.Sink.FlushAsync();

        foreach (var query in new[]
        {
            new TraceQuery { Service = "worker" }, new TraceQuery { Route = "/v1/b" }, new TraceQuery { Tenant = "acme" },
            new TraceQuery { ErrorsOnly = true },
            new TraceQuery { MinDuration = TimeSpan.FromMilliseconds(900) }, new TraceQuery { From = test.Time.GetUtcNow() },
            new TraceQuery { Service = "worker", Route = "/v1/b", Tenant = "acme", ErrorsOnly = true },
        })
        {
            Assert.Equal(special.SpanId, Assert.Single((await test.Reader.LinesAsync(query)).Items).SpanId);
        }

        Assert.Equal(plain.SpanId,
            Assert.Single((await test.Reader.LinesAsync(new TraceQuery { To = test.Time.GetUtcNow() })).Items).SpanId);
        Assert.Empty((await test.Reader.LinesAsync(new TraceQuery { Tenant = "nobody" })).Items);
    }

    [Fact]
    public async Task Logs_are_found_by_level_text_service_and_trace()
    {
        await using var test = new TestSink();
        test.Sink.Record(test.Log("nothing to see"));
        var wanted = test.Log("Found 50%_of it", LogLevel.Warning);
        wanted.Service = "worker";
        wanted.TraceId = ActivityTraceId.CreateRandom();
        test.Sink.Record(wanted);
        await test.Sink.FlushAsync();

        foreach (var query in new[]
        {
            new LogQuery { MinLevel = LogLevel.Warning }, new LogQuery { Text = "found 50%_OF" }, new LogQuery { Service = "worker" },
            new LogQuery { TraceId = wanted.TraceId },
        })
        {
            Assert.Equal(wanted.Message, Assert.Single((await test.Reader.LogsAsync(query)).Items).Message);
        }

        Assert.Empty((await test.Reader.LogsAsync(new LogQuery { Text = "n%g" })).Items);
    }

    [Fact]
    public async Task A_story_follows_links_to_causes_and_consequences_across_processes_and_days()
    {
        await using var test = new TestSink();
        await using var worker = test.Open("worker");
        var request = test.Line();
        test.Sink.Record(request);
        test.Sink.Record(test.Span(request.TraceId));
        await test.Sink.FlushAsync();
        test.Time.Advance(TimeSpan.FromDays(1));
        var job = test.Line("order.provision", service: "worker", surface: "job");
        job.Links = [new SpanLink(request.TraceId, request.SpanId)];
        worker.Record(job);
        var task = test.Line("node.task", service: "node-agent", surface: "job");
        task.Links = [new SpanLink(job.TraceId, job.SpanId)];
        test.Time.Advance(TimeSpan.FromSeconds(1));
        task.StartUnixNanos = test.Now;
        test.Sink.Record(task);
        test.Sink.Record(test.Line("/v1/unrelated"));
        await test.Sink.FlushAsync();
        await worker.FlushAsync();

        foreach (var asked in new[] { request.TraceId, job.TraceId, task.TraceId })
        {
            var story = (await test.Reader.StoryAsync(asked))!;
            Assert.Equal([request.TraceId, job.TraceId, task.TraceId], story.Traces.Select(t => t.TraceId));
            Assert.False(story.Truncated);
            Assert.Single(story.Traces[0].Spans);
        }

        Assert.Null(await test.Reader.StoryAsync(ActivityTraceId.CreateRandom()));
    }

    [Fact]
    public async Task Many_viewers_of_a_live_page_do_not_crowd_out_what_else_a_change_caused()
    {
        await using var test = new TestSink();
        var job = test.Line("order.provision", surface: "job");
        test.Sink.Record(job);
        CanonicalLine? paint = null;
        for (var i = 0; i < 40; i++)
        {
            paint = test.Line("order.provisioning", surface: CanonicalLine.Live);
            paint.Links = [new SpanLink(job.TraceId, job.SpanId)];
            test.Sink.Record(paint);
        }

        var task = test.Line("node.task", surface: "job");
        task.Links = [new SpanLink(job.TraceId, job.SpanId)];
        test.Sink.Record(task);
        await test.Sink.FlushAsync();

        foreach (var asked in new[] { job.TraceId, task.TraceId, paint!.TraceId })
        {
            var story = (await test.Reader.StoryAsync(asked))!;
            Assert.Superset(new HashSet<ActivityTraceId> { job.TraceId, task.TraceId, asked }, story.Traces.Select(t => t.TraceId)
                .ToHashSet());
            Assert.InRange(story.Traces.Count(t => t.Lines[0].Surface == CanonicalLine.Live), 8, 9);
            Assert.True(story.Truncated);
        }
    }

    [Fact]
    public async Task A_story_that_is_too_large_is_cut_and_says_so()
    {
        await using var test = new TestSink();
        var root = test.Line();
        test.Sink.Record(root);
        for (var i = 0; i < 40; i++)
        {
            var job = test.Line("job");
            job.Links = [new SpanLink(root.TraceId, root.SpanId)];
            test.Sink.Record(job);
        }

        var wide = test.Line();
        test.Sink.Record(wide);
        for (var i = 0; i < 2_500; i++)
        {
            test.Sink.Record(test.Span(wide.TraceId));
        }

        await test.Sink.FlushAsync();
        var many = (await test.Reader.StoryAsync(root.TraceId))!;
        Assert.Equal((32, true), (many.Traces.Count, many.Truncated));
        var cut = (await test.Reader.StoryAsync(wide.TraceId))!;
        Assert.Equal((1, 1_999, true), (cut.Traces.Single().Lines.Count, cut.Traces.Single().Spans.Count, cut.Truncated));
    }

    [Fact]
    public async Task The_version_changes_with_a_commit_of_any_process_and_not_otherwise()
    {
        await using var test = new TestSink();
        await using var worker = test.Open("worker");
        await using var nothing = new TelemetryReader(Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N")), TimeProvider.System);
        Assert.Equal(await nothing.VersionAsync(), await nothing.VersionAsync());
        var empty = await test.Reader.VersionAsync();
        test.Sink.Record(test.Line());
        await test.Sink.FlushAsync();
        var first = await test.Reader.VersionAsync();
        Assert.Equal(first, await test.Reader.VersionAsync());
        worker.Record(test.Line());
        await worker.FlushAsync();
        var second = await test.Reader.VersionAsync();

        Assert.NotEqual(empty, first);
        Assert.NotEqual(first, second);
    }

    [Fact]
    public async Task A_heartbeat_goes_stale_after_three_intervals()
    {
        await using var test = new TestSink();
        test.Sink.Record(Beat(test, "api-1"));
        test.Time.Advance(TimeSpan.FromSeconds(10));
        test.Sink.Record(Beat(test, "api-1") with { GcCount = 7 });
        test.Sink.Record(Beat(test, "worker-1"));
        await test.Sink.FlushAsync();
        test.Time.Advance(TimeSpan.FromSeconds(45));
        Assert.All(await test.Reader.HeartbeatsAsync(), s => Assert.True(s.Alive));
        Assert.Equal(7, (await test.Reader.HeartbeatsAsync())[0].Beat.GcCount);

        test.Time.Advance(TimeSpan.FromSeconds(5));
        var stale = await test.Reader.HeartbeatsAsync();
        Assert.Equal(["api-1", "worker-1"], stale.Select(s => s.Beat.Worker));
        Assert.All(stale, s => Assert.Equal((false, TimeSpan.FromSeconds(5)), (s.Alive, s.StaleSince)));
    }

    [Fact]
    public async Task A_folder_that_does_not_exist_reads_as_empty()
    {
        var nowhere = Path.Combine(Path.GetTempPath(), "there-is-no-such-folder-for-orion");
        await using var reader = new TelemetryReader(nowhere, TimeProvider.System);

        Assert.Empty((await reader.LinesAsync(new TraceQuery())).Items);
        Assert.Empty((await reader.LogsAsync(new LogQuery())).Items);
        Assert.Empty(await reader.HeartbeatsAsync());
        Assert.Empty(await reader.LossAsync());
        Assert.Empty(await reader.AlertsAsync());
        Assert.Null(await reader.StoryAsync(ActivityTraceId.CreateRandom()));
        Assert.Equal(60, (await reader.OverviewAsync(TimeSpan.FromHours(1))).Minutes.Count);
    }

    private static Heartbeat Beat(TestSink test, string worker) => new()
    {
        Worker = worker,
        Service = "api",
        Host = "here",
        Pid = 1,
        Time = test.Time.GetUtcNow(),
        Interval = TimeSpan.FromSeconds(15),
        StartedAt = test.Time.GetUtcNow(),
    };
}
