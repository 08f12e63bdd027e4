using System.Diagnostics;
using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
using Orion.Sink.Reading;
using Orion.Sink.Rows;
using Orion.Sink.Segments;
using Orion.Sink.Sql;

namespace Orion.Sink.Tests;

public sealed class RoundTripTests
{
    [Fact]
    public async Task A_line_comes_back_with_all_it_was_given()
    {
        await using var test = new TestSink();
        var line = test.Line(milliseconds: 123);
        line.ParentSpanId = ActivitySpanId.CreateRandom();
        line.Status = SpanStatus.Error;
        line.StatusMessage = "it broke";
        line.ErrorType = "System.TimeoutException";
        line.Tenant = "acme";
        line.StatusCode = 503;
        line.Outcome = "error";
        line.ErrorCode = "internal";
        line.CorrelationId = "corr-1";
        line.User = "user-7";
        line.Attributes =
        [
            new("text", "a \"quoted\" \\ line\nand ünïcode 😀"), new("empty", ""), new("long", 42L), new("double", 1.0),
            new("flag", true),
            new("none", null), new("list", new[] { "a", "b" }),
        ];
        test.Sink.Record(line);
        await test.Sink.FlushAsync();

        var read = Assert.Single((await test.Reader.LinesAsync(new TraceQuery())).Items);
        Assert.Equal((line.TraceId, line.SpanId, line.ParentSpanId), (read.TraceId, read.SpanId, read.ParentSpanId));
        Assert.Equal((line.Service, line.Name, line.Kind, line.StartUnixNanos, line.DurationNanos),
            (read.Service, read.Name, read.Kind, read.StartUnixNanos, read.DurationNanos));
        Assert.Equal((line.Status, line.StatusMessage, line.ErrorType, line.Tenant),
            (read.Status, read.StatusMessage, read.ErrorType, read.Tenant));
        Assert.Equal((line.LineKind, line.Surface, line.Method, line.Route, line.StatusCode),
            (read.LineKind, read.Surface, read.Method, read.Route, read.StatusCode));
        Assert.Equal((line.Outcome, line.ErrorCode, line.CorrelationId, line.User),
            (read.Outcome, read.ErrorCode, read.CorrelationId, read.User));
        Assert.Equal(line.Attributes.Select(a => a.Key), read.Attributes.Select(a => a.Key));
        Assert.Equal(["a \"quoted\" \\ line\nand ünïcode 😀", "", 42L, 1.0, true, null, new object[] { "a", "b" }],
            read.Attributes.Select(a => a.Value));
    }

    [Fact]
    public async Task Values_of_any_length_come_back()
    {
        await using var test = new TestSink();
        var line = test.Line();
        line.Attributes = [.. new[] { 1, 11, 12, 127, 128, 255, 256, 16_384 }
            .Select(length => new KeyValuePair<string, object?>($"{length}", new string('é', length)))];
        var (small, list) = (test.Line(), test.Line());
        small.Attributes = [new("double", 1e300), new("least", long.MinValue)];
        list.Attributes = [new("list", Enumerable.Repeat<object>("\"é\"", 20_000).ToArray()), new("last", true)];
        foreach (var row in new[] { line, small, list })
        {
            row.StartUnixNanos = line.StartUnixNanos++;
            test.Sink.Record(row);
        }

        await test.Sink.FlushAsync();
        var read = (await test.Reader.LinesAsync(new TraceQuery())).Items;
        foreach (var row in new[] { line, small, list })
        {
            Assert.Equal(row.Attributes, read.Single(r => r.SpanId == row.SpanId).Attributes);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_correlation_id_that_is_the_trace_id_comes_back_wherever_it_is_read(bool same)
    {
        await using var test = new TestSink();
        var line = test.Line();
        line.CorrelationId = same ? line.TraceId.ToHexString() : ActivityTraceId.CreateRandom().ToHexString();
        var none = test.Line();
        none.StartUnixNanos++;
        test.Sink.Record(line);
        test.Sink.Record(none);
        await test.Sink.FlushAsync();

        var read = (await test.Reader.LinesAsync(new TraceQuery())).Items;
        Assert.Equal([(none.SpanId, null), (line.SpanId, line.CorrelationId)], read.Select(l => (l.SpanId, l.CorrelationId)));
        Assert.Equal(line.CorrelationId, (await test.Reader.StoryAsync(line.TraceId))!.Traces.Single().Lines.Single().CorrelationId);
        using var segment = Database.OpenReader(SegmentFiles.SegmentPath(test.Directory, UnixTime.DayOf(test.Now), "api"));
        using var view = segment.Prepare("SELECT trace_id FROM http_request_logs WHERE correlation_id = ?").Bind(1, line.CorrelationId);
        Assert.True(view.Step());
        Assert.Equal(line.TraceId.ToHexString(), view.Text(0));
        Assert.False(view.Step());
    }

    [Fact]
    public async Task A_log_comes_back_with_all_it_was_given()
    {
        await using var test = new TestSink();
        var log = test.Log("Order 7 failed", LogLevel.Error);
        log.Template = "Order {Id} failed";
        log.Exception = "System.Exception: no";
        log.TraceId = ActivityTraceId.CreateRandom();
        log.SpanId = ActivitySpanId.CreateRandom();
        log.CorrelationId = "corr-1";
        log.Tenant = "acme";
        log.Attributes = [new("Id", 7L)];
        test.Sink.Record(log);
        await test.Sink.FlushAsync();

        var read = Assert.Single((await test.Reader.LogsAsync(new LogQuery())).Items);
        Assert.Equal((log.UnixNanos, log.Level, log.Service, log.Category, log.Message),
            (read.UnixNanos, read.Level, read.Service, read.Category, read.Message));
        Assert.Equal((log.Template, log.Exception, log.TraceId, log.SpanId, log.CorrelationId, log.Tenant),
            (read.Template, read.Exception, read.TraceId, read.SpanId, read.CorrelationId, read.Tenant));
        Assert.Equal(("Id", 7L), (read.Attributes.Single().Key, read.Attributes.Single().Value));
    }

    [Fact]
    public async Task A_span_keeps_its_links_and_events()
    {
        await using var test = new TestSink();
        var trace = ActivityTraceId.CreateRandom();
        var span = test.Span(trace);
        span.Links = [new SpanLink(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom())];
        span.Events = [new SpanEvent(test.Now, "exception", [new("exception.type", "X")])];
        test.Sink.Record(span);
        test.Sink.Record(test.Span(trace));
        await test.Sink.FlushAsync();

        var story = await test.Reader.StoryAsync(trace);
        var read = story!.Traces.Single().Spans.Single(s => s.SpanId == span.SpanId);
        Assert.Equal(span.Links, read.Links);
        Assert.Equal((test.Now, "exception"), (read.Events.Single().UnixNanos, read.Events.Single().Name));
        Assert.Equal(span.Events[0].Attributes, read.Events.Single().Attributes);
        Assert.Empty(story.Traces.Single().Spans.Single(s => s.SpanId != span.SpanId).Events);
    }

    [Fact]
    public async Task Rows_of_one_and_the_same_nanosecond_all_keep_their_time()
    {
        await using var test = new TestSink();
        for (var batch = 0; batch < 3; batch++)
        {
            for (var i = 0; i < 50; i++)
            {
                test.Sink.Record(test.Line());
                test.Sink.Record(test.Log("again"));
            }

            await test.Sink.FlushAsync();
        }

        var lines = await test.Reader.LinesAsync(new TraceQuery { Limit = 1000 });
        var logs = await test.Reader.LogsAsync(new LogQuery { Limit = 1000 });
        Assert.Equal(150, lines.Items.Count(l => l.StartUnixNanos == test.Now));
        Assert.Equal(150, logs.Items.Count(l => l.UnixNanos == test.Now));
    }

    [Fact]
    public async Task A_span_sent_twice_is_stored_once_and_counted()
    {
        await using var test = new TestSink();
        var span = test.Span(ActivityTraceId.CreateRandom());
        var other = test.Span(ActivityTraceId.CreateRandom());
        test.Sink.Record(span);
        test.Sink.Record(other);
        test.Sink.Record(span);
        await test.Sink.FlushAsync();
        test.Sink.Record(span);
        await test.Sink.FlushAsync();

        Assert.Single((await test.Reader.StoryAsync(span.TraceId))!.Traces.Single().Spans);
        Assert.Equal(new LossRow("api", "spans", 4, 2, 0, 2, 0), await test.LossAsync("spans"));
    }

    [LinuxFact]
    [UnsupportedOSPlatform("windows")]
    public async Task Only_the_owner_can_enter_the_folders()
    {
        await using var test = new TestSink();
        test.Sink.Record(test.Line());
        await test.Sink.FlushAsync();

        foreach (var folder in Directory.GetDirectories(test.Directory).Append(test.Directory))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
        }
    }
}
