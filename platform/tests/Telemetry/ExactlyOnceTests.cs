using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orion.Sink.Reading;
using Orion.Telemetry.Correlation;
using Orion.Telemetry.Tracing;

namespace Orion.Telemetry.Tests;

public sealed class ExactlyOnceTests
{
    private const int Many = 10_000;

    // What becomes of number n is said by its last digit; the clients of the 8s leave while they wait, the 9s are cut off by the server.
    private static readonly string[] s_outcomes = ["ok", "ok", "ok", "ok", "ok", "error", "timeout", "client_error", "aborted", "timeout"];

    [Fact]
    public async Task Ten_thousand_requests_that_succeed_throw_leave_and_time_out_have_one_line_each_and_it_says_which()
    {
        using var folder = new TempFolder();
        var waiting = new ConcurrentDictionary<int, TaskCompletionSource>();
        await using (var app = await TestApp.StartAsync(
            a =>
            {
                a.UseRequestTimeouts();
                a.MapGet("/v1/crowd/{n:int}", (int n) => Answer(n));
                a.MapGet("/v1/waiting/{n:int}", async (int n, CancellationToken gone) =>
                {
                    waiting[n].SetResult();
                    await Task.Delay(Timeout.Infinite, gone);
                });
                a.MapGet("/v1/slow/{n:int}", (CancellationToken late) => Task.Delay(Timeout.Infinite, late))
                    .WithRequestTimeout(TimeSpan.FromMilliseconds(10));
            },
            b =>
            {
                b.Services.AddRequestTimeouts();
                b.Logging.SetMinimumLevel(LogLevel.None);
            },
            settings: [("ConnectionStrings:telemetry", $"Directory={folder.Path}"), ("Orion:Tracing:RingSize", "20000")]))
        {
            await Parallel.ForEachAsync(Enumerable.Range(0, Many), new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (n, _) =>
            {
                using var leave = new CancellationTokenSource();
                var route = n % 10 == 8 ? "waiting" : n % 10 == 9 ? "slow" : "crowd";
                using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/{route}/{n}");
                request.Headers.Add(CorrelationId.Header, n.ToString(CultureInfo.InvariantCulture));
                waiting[n] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                var answer = app.Client.SendAsync(request, leave.Token);
                if (n % 10 == 8)
                {
                    await waiting[n].Task;
                    await leave.CancelAsync();
                    await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
                    return;
                }

                using var response = await answer;
            });

            await Eventually.TrueAsync(() => app.Traces.Count >= Many, "a line for every request");
            AssertOnce(app.Traces);
        }

        await using var reader = new TelemetryReader(folder.Path, TimeProvider.System);
        var lines = (await reader.LossAsync()).Single(l => l.Stream == "lines");
        Assert.Equal((Many, Many, 0L, 0L), (lines.Produced, lines.Stored, lines.Dropped, lines.Buffered));
        Assert.Equal(Many, (await reader.OverviewAsync(TimeSpan.FromMinutes(30))).PublicApi.Count);
    }

    [Fact]
    public async Task Ten_thousand_jobs_that_succeed_fail_and_time_out_have_one_line_each_also_when_they_are_ended_twice()
    {
        await using var app = await TestApp.StartAsync(settings: ("Orion:Tracing:RingSize", "20000"));
        await Parallel.ForEachAsync(Enumerable.Range(0, Many), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (n, _) =>
        {
            var job = Processing.Start(new ProcessingInfo
            {
                Name = "test.crowd.work",
                EventType = "crowd.work",
                EventId = $"j{n}",
                Subject = "s",
                CorrelationId = n.ToString(CultureInfo.InvariantCulture),
            });
            await Task.Yield();
            if (s_outcomes[n % 10] is "error" or "timeout")
            {
                job.Fail("internal_error",
                    s_outcomes[n % 10] == "error" ? new InvalidOperationException("on purpose") : new TimeoutException("on purpose"));
            }

            // Its own end, a shutdown's, and a using's: whoever comes first.
            Parallel.Invoke(job.Dispose, job.Dispose);
            job.Dispose();
        });

        AssertOnce(app.Traces, "ok");
    }

    private static IResult Answer(int n) => s_outcomes[n % 10] switch
    {
        "ok" => Results.Ok(n),
        "error" => throw new InvalidOperationException("on purpose"),
        "timeout" => throw new TimeoutException("on purpose"),
        _ => Results.NotFound(),
    };

    /// <param name="traces">All there are.</param>
    /// <param name="other">What a job ends in where a request has an outcome that no job has.</param>
    private static void AssertOnce(IReadOnlyList<LocalTrace> traces, string? other = null)
    {
        Assert.Equal(Many, traces.Count);
        Assert.Equal(Many, traces.Select(t => t.Line.SpanId).Distinct().Count());
        var outcomes = traces.ToDictionary(t => int.Parse(t.Line.CorrelationId!, CultureInfo.InvariantCulture), t => t.Line.Outcome);
        Assert.All(outcomes, o => Assert.Equal(
            s_outcomes[o.Key % 10] is "client_error" or "aborted" ? other ?? s_outcomes[o.Key % 10] : s_outcomes[o.Key % 10],
            o.Value));
    }
}
