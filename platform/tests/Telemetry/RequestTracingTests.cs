using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orion.Sink.Rows;
using Orion.Telemetry.CanonicalLines;
using Orion.Telemetry.Errors;
using Orion.Telemetry.Tracing;

namespace Orion.Telemetry.Tests;

public sealed class RequestTracingTests
{
    [Fact]
    public async Task A_request_makes_one_line_with_route_status_and_inner_spans()
    {
        await using var app = await TestApp.StartAsync(a => a.MapGet("/v1/things/{id}", (string id) =>
        {
            using var span = Spans.Start("api.things.load");
            Canon.Add("rows_scanned", 42);
            Canon.Tenant("acme");
            Canon.User("u_91");
            return Results.Text(id);
        }));

        using var response = await app.Client.GetAsync("/v1/things/7?token=secret-in-query");

        var trace = await app.TraceAsync("/v1/things/{id}");
        Assert.Equal("GET /v1/things/{id}", trace.Line.Name);
        Assert.Equal(("request", "public", "GET", 200, "ok"),
            (trace.Line.LineKind, trace.Line.Surface, trace.Line.Method, trace.Line.StatusCode, trace.Line.Outcome));
        Assert.Equal(("acme", "u_91"), (trace.Line.Tenant, trace.Line.User));
        Assert.Equal(42, trace.Line.Attributes.Single(a => a.Key == "rows_scanned").Value);
        Assert.Equal(SpanStatus.Unset, trace.Line.Status);
        Assert.True(trace.Line.DurationNanos > 0);
        var inner = Assert.Single(trace.Spans);
        Assert.Equal("api.things.load", inner.Name);
        Assert.Equal(trace.Line.SpanId, inner.ParentSpanId);
        Assert.Equal(trace.Line.TraceId, inner.TraceId);
        Assert.DoesNotContain("secret-in-query", JsonSerializer.Serialize(new { trace.Line.Name, trace.Line.Attributes, app.Logs }),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_step_of_the_wall_clock_changes_no_spans_duration()
    {
        await using var app = await TestApp.StartAsync(a => a.MapGet("/v1/stepped", () =>
        {
            using var outer = Spans.Start("test.outer")!;
            using (var inner = Spans.Start("test.inner")!)
            {
                // To a span it is the same whether the clock goes an hour forward or its start an hour back.
                inner.SetStartTime(inner.StartTimeUtc.AddHours(-1));
            }

            outer.SetStartTime(outer.StartTimeUtc.AddHours(1));
            Activity.Current!.Parent!.SetStartTime(DateTime.UtcNow.AddHours(-1));
            return "x";
        }));

        await app.Client.GetStringAsync("/v1/stepped");

        var trace = await app.TraceAsync("/v1/stepped");
        Assert.All(trace.Spans.Append(trace.Line), s => Assert.InRange(s.DurationNanos, 1, 60_000_000_000));
        Assert.Equal(["test.inner", "test.outer"], trace.Spans.Select(s => s.Name));
    }

    [Fact]
    public async Task A_span_outside_of_requests_is_measured_monotonically_too_and_one_with_times_of_its_own_keeps_them()
    {
        await using var app = await TestApp.StartAsync();
        var (start, stepped) = (DateTimeOffset.UtcNow.AddMinutes(-10), Spans.Start("test.alone")!);
        stepped.SetStartTime(stepped.StartTimeUtc.AddHours(-1));
        stepped.Stop();
        var dated = Spans.Source.StartActivity("test.dated", ActivityKind.Internal, default(ActivityContext), startTime: start)!;
        dated.SetEndTime(start.AddMinutes(2).UtcDateTime);
        dated.Stop();

        Assert.InRange(stepped.Duration, TimeSpan.FromTicks(1), TimeSpan.FromMinutes(1));
        Assert.Equal((start.UtcDateTime, TimeSpan.FromMinutes(2)), (dated.StartTimeUtc, dated.Duration));
    }

    [Fact]
    public async Task A_handler_that_leaves_a_job_open_does_not_take_the_requests_line_with_it()
    {
        await using var app = await TestApp.StartAsync(a => a.MapGet("/v1/careless", () =>
        {
            _ = Processing.Start(new ProcessingInfo { Name = "test.never.ended", EventType = "never", EventId = "1", Subject = "s" });
            return "x";
        }));

        await app.Client.GetStringAsync("/v1/careless");

        Assert.Equal("ok", (await app.TraceAsync("/v1/careless")).Line.Outcome);
        await app.Client.GetStringAsync("/v1/careless");
        await Eventually.TrueAsync(() => app.Traces.Count == 2, "a line for the connection's next request");
        Assert.All(app.Traces, t => Assert.Equal(default, t.Line.ParentSpanId));
    }

    [Fact]
    public async Task The_route_of_a_groups_own_endpoint_has_no_slash_at_its_end()
    {
        await using var app = await TestApp.StartAsync(a => a.MapGroup("/v1/things").MapGet("", () => Results.Ok()));

        using var response = await app.Client.GetAsync("/v1/things");

        Assert.Equal("GET /v1/things", (await app.TraceAsync("/v1/things")).Line.Name);
    }

    [Fact]
    public async Task An_exception_becomes_a_problem_and_an_error_line()
    {
        await using var app =
            await TestApp.StartAsync(a => a.MapGet("/boom", string () => throw new InvalidOperationException("password=hunter2")));

        using var response = await app.Client.GetAsync("/boom");

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        var trace = await app.TraceAsync("/boom");
        Assert.Equal("internal", problem.GetProperty("error_code").GetString());
        Assert.Equal(trace.Line.TraceId.ToHexString(), problem.GetProperty("trace_id").GetString());
        Assert.Equal(("error", "internal", 500, SpanStatus.Error),
            (trace.Line.Outcome, trace.Line.ErrorCode, trace.Line.StatusCode, trace.Line.Status));
        Assert.Equal(typeof(InvalidOperationException).FullName, trace.Line.ErrorType);
        var happened = Assert.Single(trace.Line.Events);
        Assert.Equal("exception", happened.Name);
        Assert.Contains(happened.Attributes, a => a is { Key: "exception.message", Value: "password=[REDACTED]" });
        await Eventually.TrueAsync(() =>
            app.Logs.Any(l => l.Level == LogLevel.Error && l.TraceId == trace.Line.TraceId), "the error's log record");
        Assert.DoesNotContain(app.Logs, l => l.Exception?.Contains("hunter2", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task An_exception_after_the_answer_has_begun_is_an_error_line_too()
    {
        await using var app = await TestApp.StartAsync(a => a.MapGet("/half", async (HttpContext http) =>
        {
            await http.Response.WriteAsync("begun");
            await http.Response.Body.FlushAsync();
            throw new InvalidOperationException("late");
        }));

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => app.Client.GetStringAsync("/half"));

        var trace = await app.TraceAsync("/half");
        Assert.Equal(("error", "internal"), (trace.Line.Outcome, trace.Line.ErrorCode));
    }

    [Fact]
    public async Task A_client_that_goes_away_is_an_aborted_line()
    {
        var entered = new TaskCompletionSource();
        await using var app = await TestApp.StartAsync(a => a.MapGet("/slow", async (CancellationToken gone) =>
        {
            entered.SetResult();
            await Task.Delay(Timeout.Infinite, gone);
        }));

        using var leave = new CancellationTokenSource();
        var call = app.Client.GetAsync("/slow", leave.Token);
        await entered.Task;
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);

        var trace = await app.TraceAsync("/slow");
        Assert.Equal(("aborted", 499), (trace.Line.Outcome, trace.Line.StatusCode));
        Assert.DoesNotContain(app.Logs, l => l.Level >= LogLevel.Error);
    }

    [Fact]
    public async Task A_path_that_matches_nothing_has_a_fixed_label_and_a_problem()
    {
        await using var app = await TestApp.StartAsync();

        using var response = await app.Client.GetAsync("/wp-admin/setup.php");

        Assert.Equal("not_found", (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error_code").GetString());
        var trace = await app.TraceAsync("(unmatched)");
        Assert.Equal(("GET", "client_error", SpanStatus.Unset), (trace.Line.Name, trace.Line.Outcome, trace.Line.Status));
    }

    [Fact]
    public async Task Untraced_endpoints_leave_nothing()
    {
        await using var app = await TestApp.StartAsync(a =>
        {
            a.MapGet("/paint", () =>
            {
                using var span = Spans.Start("panel.paint");
                Assert.Null(span);
                return "painted";
            }).WithMetadata(new UntracedAttribute());
            a.MapGet("/after", () => "after");
        });

        Assert.Equal("painted", await app.Client.GetStringAsync("/paint"));
        Assert.Equal("Healthy", await app.Client.GetStringAsync("/health"));
        Assert.Equal("Healthy", await app.Client.GetStringAsync("/alive"));
        await app.Client.GetAsync("/admin/ops/style.css");
        await app.Client.GetStringAsync("/after");

        await app.TraceAsync("/after");
        Assert.Single(app.Traces);
        Assert.DoesNotContain(app.Logs, l => l.Message.Contains("/paint", StringComparison.Ordinal)
            || l.Message.Contains("Request starting", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Refusals_of_the_catalogue_name_their_code_on_the_line()
    {
        await using var app = await TestApp.StartAsync(a => a.MapPost("/v1/no", () =>
            Problems.Result(new CatalogueError("project_not_found", 404, "There is no such project."), "No project p_1.")));

        using var response = await app.Client.PostAsync("/v1/no", null);

        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("urn:orion:error:project_not_found", problem.GetProperty("type").GetString());
        Assert.Equal("No project p_1.", problem.GetProperty("detail").GetString());
        var line = (await app.TraceAsync("/v1/no")).Line;
        Assert.Equal(("project_not_found", "client_error", SpanStatus.Unset), (line.ErrorCode, line.Outcome, line.Status));
    }

    [Fact]
    public async Task Trace_ids_begin_with_the_time()
    {
        await using var app = await TestApp.StartAsync(a => a.MapGet("/id", () => Activity.Current!.TraceId.ToHexString()));

        var id = await app.Client.GetStringAsync("/id");

        var seconds = Convert.ToInt64(id[..8], 16);
        Assert.InRange(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - seconds, 0, 60);
    }
}
