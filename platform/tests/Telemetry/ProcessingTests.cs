using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orion.Sink.Rows;
using Orion.Telemetry.CanonicalLines;
using Orion.Telemetry.Correlation;
using Orion.Telemetry.Tracing;

namespace Orion.Telemetry.Tests;

public sealed class ProcessingTests
{
    private const string Cause = "00-12345678901234567890123456789012-1234567890123456-01";

    private static ProcessingInfo Info(string? cause = Cause) => new()
    {
        Name = "worker.order.provision",
        EventType = "order.provision",
        EventId = "job-1",
        Subject = "order-9",
        TraceParent = cause,
        CorrelationId = "corr-1",
        Tenant = "acme",
        Attempt = 2,
    };

    [Fact]
    public async Task A_job_is_a_trace_of_its_own_that_links_to_its_cause()
    {
        await using var app = await TestApp.StartAsync();
        string? traceParent;

        using (var processing = Processing.Start(Info()))
        {
            traceParent = processing.TraceParent;
            Assert.Equal("corr-1", CorrelationId.Current);
            Canon.Add("slots", 3L);
            using var inner = Spans.Start("worker.node.pick");
            app.Services.GetRequiredService<ILogger<ProcessingTests>>().LogInformation("picked");
        }

        var trace = Assert.Single(app.Traces);
        var line = trace.Line;
        Assert.Equal(("job", "job", "order.provision", "ok", "acme", "corr-1"),
            (line.LineKind, line.Surface, line.Route, line.Outcome, line.Tenant, line.CorrelationId));
        Assert.Equal(("worker.order.provision", ActivityKind.Consumer), (line.Name, line.Kind));
        Assert.Equal(default, line.ParentSpanId);
        Assert.NotEqual("12345678901234567890123456789012", line.TraceId.ToHexString());
        Assert.Equal(
            new SpanLink(
                ActivityTraceId.CreateFromString("12345678901234567890123456789012"), ActivitySpanId.CreateFromString("1234567890123456")),
            Assert.Single(line.Links));
        Assert.StartsWith($"00-{line.TraceId}-{line.SpanId}-0", traceParent, StringComparison.Ordinal);
        var attributes = line.Attributes.ToDictionary(a => a.Key, a => a.Value);
        Assert.Equal(("corr-1", "order.provision", "job-1", "order-9", 2L, 3L),
            (attributes["correlation_id"], attributes["event.type"], attributes["event.id"], attributes["subject"], attributes["attempt"],
                attributes["slots"]));
        Assert.Equal(line.SpanId, Assert.Single(trace.Spans).ParentSpanId);
        Assert.Equal("acme", trace.Spans[0].Tenant);
        var log = Assert.Single(app.Logs, l => l.Message == "picked");
        Assert.Equal((line.TraceId, trace.Spans[0].SpanId, "corr-1", "acme"), (log.TraceId, log.SpanId, log.CorrelationId, log.Tenant));
    }

    [Fact]
    public async Task A_repaint_is_for_one_of_several_and_nobodys_job()
    {
        await using var app = await TestApp.StartAsync();

        using (Processing.Start(Info() with { Subscription = "viewer-1", Surface = CanonicalLine.Live }))
        {
        }

        var line = Assert.Single(app.Traces).Line;
        Assert.Equal(("job", "live"), (line.LineKind, line.Surface));
        Assert.Contains(line.Attributes, a => a is { Key: "messaging.destination.subscription.name", Value: "viewer-1" });
    }

    [Fact]
    public async Task A_failed_job_carries_code_and_exception()
    {
        await using var app = await TestApp.StartAsync();

        using (var processing = Processing.Start(Info()))
        {
            processing.Fail("lease_lost", new InvalidOperationException("for ann@example.com"));
        }

        var line = Assert.Single(app.Traces).Line;
        Assert.Equal(("error", "lease_lost", SpanStatus.Error, typeof(InvalidOperationException).FullName),
            (line.Outcome, line.ErrorCode, line.Status, line.ErrorType));
        Assert.Contains(Assert.Single(line.Events).Attributes, a => a is { Key: "exception.message", Value: "for [REDACTED]" });
    }

    [Fact]
    public async Task A_second_dispose_changes_nothing_and_the_outer_flow_comes_back()
    {
        await using var app = await TestApp.StartAsync();
        using var outer = Spans.Start("outer");

        var processing = Processing.Start(Info("not a traceparent"));
        processing.Dispose();
        processing.Dispose();

        Assert.Same(outer, Activity.Current);
        Assert.Null(CorrelationId.Current);
        Assert.Empty(Assert.Single(app.Traces).Line.Links);
    }

    [Fact]
    public async Task A_job_started_inside_a_request_does_not_take_the_requests_line_along()
    {
        await using var app = await TestApp.StartAsync(a => a.MapPost("/v1/inline", () =>
        {
            using (Processing.Start(Info(Activity.Current!.Id)))
            {
                Canon.Add("of_the_job", true);
            }

            Canon.Add("of_the_request", true);
        }));

        await app.Client.PostAsync("/v1/inline", null);

        var request = (await app.TraceAsync("/v1/inline")).Line;
        var job = (await app.TraceAsync("order.provision")).Line;
        Assert.NotEqual(request.TraceId, job.TraceId);
        Assert.Equal(new SpanLink(request.TraceId, request.SpanId), Assert.Single(job.Links));
        Assert.Contains(job.Attributes, a => a.Key == "of_the_job");
        Assert.Contains(request.Attributes, a => a.Key == "of_the_request");
        Assert.DoesNotContain(request.Attributes, a => a.Key == "of_the_job");
    }

    [Fact]
    public void Outside_a_host_everything_is_a_no_op()
    {
        using var processing = Processing.Start(Info());
        Canon.Add("a", 1);
        Canon.Tenant("acme");
        ((Activity?)null).Fail("internal");

        Assert.Null(CorrelationId.Current);
    }
}
