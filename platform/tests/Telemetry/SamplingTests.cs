using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Orion.Sink.Reading;
using Orion.Sink.Rows;
using Orion.Telemetry.CanonicalLines;
using Orion.Telemetry.Tracing;

namespace Orion.Telemetry.Tests;

public sealed class SamplingTests
{
    // A busy machine keeps the pool waiting, and a request in a stall is kept.
    private static readonly (string, string?) s_noStalls = ("Orion:Lag:StallThreshold", "00:01:00");

    [Fact]
    public async Task What_is_left_out_is_counted_exactly_and_what_matters_is_kept()
    {
        using var folder = new TempFolder();
        await using (var app = await TestApp.StartAsync(
            a => a.MapGet("/v1/items/{n:int}", (int n) =>
            {
                using (Spans.Start("api.items.load"))
                {
                    if (n == 1)
                    {
                        throw new InvalidOperationException("one fails");
                    }
                }

                if (n == 2)
                {
                    Canon.Keep();
                }

                return n == 3 ? Results.NotFound() : Results.Ok();
            }),
            settings: [("ConnectionStrings:telemetry", $"Directory={folder.Path}"), ("Orion:Tracing:KeepRate", "0"),
                ("Orion:Tracing:SlowRequest", "00:10:00"), s_noStalls]))
        {
            for (var n = 0; n < 20; n++)
            {
                using var response = await app.Client.GetAsync($"/v1/items/{n}");
            }

            Assert.Equal(["error", "ok"], app.Traces.Select(t => t.Line.Outcome).Order());
        }

        await using var reader = new TelemetryReader(folder.Path, TimeProvider.System);
        Assert.Equal(2, (await reader.LinesAsync(new TraceQuery())).Items.Count);
        var overview = await reader.OverviewAsync(TimeSpan.FromMinutes(10));
        Assert.Equal((20L, 1L), (overview.PublicApi.Count, overview.PublicApi.Errors));
        var loss = await reader.LossAsync();
        Assert.Equal((20L, 2L, 18L, 0L), loss.Where(l => l.Stream == "lines").Select(l => (l.Produced, l.Stored, l.SampledOut, l.Dropped))
            .Single());
        Assert.Equal((20L, 2L, 18L, 0L), loss.Where(l => l.Stream == "spans").Select(l => (l.Produced, l.Stored, l.SampledOut, l.Dropped))
            .Single());
    }

    [Fact]
    public async Task A_slow_request_is_kept()
    {
        await using var app = await TestApp.StartAsync(
            a => a.MapGet("/v1/slow", TakesTwoMilliseconds),
            settings: [("Orion:Tracing:KeepRate", "0"), ("Orion:Tracing:SlowRequest", "00:00:00.001"), s_noStalls]);

        await app.Client.GetStringAsync("/v1/slow");

        await app.TraceAsync("/v1/slow");
    }

    [Fact]
    public async Task A_live_stream_lasts_on_purpose_and_is_not_slow()
    {
        await using var app = await TestApp.StartAsync(
            a =>
            {
                a.MapGet("/v1/live", TakesTwoMilliseconds).WithMetadata(new SurfaceAttribute(CanonicalLine.Live));
                a.MapGet("/v1/slow", TakesTwoMilliseconds);
            },
            settings: [("Orion:Tracing:KeepRate", "0"), ("Orion:Tracing:SlowRequest", "00:00:00.001"), s_noStalls]);

        await app.Client.GetStringAsync("/v1/live");
        await app.Client.GetStringAsync("/v1/slow");

        await app.TraceAsync("/v1/slow");
        Assert.DoesNotContain(app.Traces, t => t.Line.Route == "/v1/live");
    }

    [Fact]
    public async Task The_rate_chooses_by_the_trace_id_and_so_alike_everywhere()
    {
        (string, string?)[] half = [("Orion:Tracing:KeepRate", "0.5"), ("Orion:Tracing:SlowRequest", "01:00:00"), s_noStalls];
        await using var first = await TestApp.StartAsync(a => a.MapGet("/v1/x", () => "x"), settings: half);
        await using var second = await TestApp.StartAsync(a => a.MapGet("/v1/x", () => "x"), settings: half);
        foreach (var n in Enumerable.Range(0, 300))
        {
            foreach (var app in new[] { first, second })
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/x");
                request.Headers.Add("traceparent",
                    $"00-6920f0e1{n:x8}{(n + 1) * 2654435761 & 0xffffffff:x8}{(n + 1) * 40503 & 0xffff:x4}{n:x4}-1234567890123456-01");
                using var response = await app.Client.SendAsync(request);
            }
        }

        var firstIds = first.Traces.Select(t => t.Line.TraceId.ToHexString()).Order().ToArray();
        Assert.Equal(firstIds, second.Traces.Select(t => t.Line.TraceId.ToHexString()).Order());
        Assert.InRange(firstIds.Length, 100, 200);
    }

    private static string TakesTwoMilliseconds()
    {
        SpinWait.SpinUntil(() => false, TimeSpan.FromMilliseconds(2));
        return "x";
    }
}
