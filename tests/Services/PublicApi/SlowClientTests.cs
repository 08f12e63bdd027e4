using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Orion.Sink;
using Orion.Sink.Reading;

namespace OrionPlatform.Services.Tests;

/// <summary>A client that sends its body slowly, or takes its answer slowly, spends its own time and no objective's.</summary>
[Trait("Store", "once")]
public sealed class SlowClientTests
{
    // Longer than the objective's limit, below which the api itself needs, and well within the 5 s in which the server gives up on a slower
    // body.
    private static readonly TimeSpan s_slow = TimeSpan.FromSeconds(2.5);

    [Fact]
    public async Task A_body_that_trickles_in_is_time_of_the_client_on_its_line_and_no_latency_of_the_api()
    {
        await using var api = await ApiUnderTest.StartAsync(settings: "--Orion:Slos:Objectives:public_api_p95_300ms:Limit=00:00:02");
        var acme = api.Tenant("acme");
        await acme.RequestAsync();
        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => TrickleAsync(api, i)));

        await api.App.Services.GetRequiredService<TelemetrySink>().FlushAsync();
        var reader = api.App.Services.GetRequiredService<TelemetryReader>();
        var lines = (await reader.LinesAsync(new TraceQuery { Limit = 50 })).Items.Where(l => l.Method == "POST").ToList();
        Assert.Equal(11, lines.Count);
        var waited = lines.Where(l => l.ClientWaitMs > 0).ToList();

        // By their duration each of them would miss the objective.
        Assert.Equal(10, waited.Count(l => l.DurationNanos >= TimeSpan.FromSeconds(2).TotalNanoseconds));
        Assert.All(waited, l => Assert.Equal(l.ClientWaitMs, Assert.Single(l.Attributes, a => a.Key == "orion.client_wait_ms").Value));
        Assert.All(waited, l => Assert.True(l.OwnNanos < l.DurationNanos));
        var slo = Assert.Single(await reader.SlosAsync(TimeSpan.FromHours(1)), s => s.Name == "public_api_p95_300ms");
        Assert.Equal((11, 0), (slo.Total, slo.Bad));
        var figures = await reader.FiguresAsync(FiguresOf.Routes, TimeSpan.FromHours(1));
        Assert.All(figures, f => Assert.True(f.P95Ms < s_slow.TotalMilliseconds, $"{f}"));
    }

    private static async Task TrickleAsync(ApiUnderTest api, int number)
    {
        const string Body = """{"runtime":"sleeper","slots":1}""";
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(api.Address.Host, api.Address.Port);
        await SendAsync($"""
            POST /v1/projects/{api.ProjectOf("acme")}/allocations HTTP/1.1
            Host: {api.Address.Authority}
            Authorization: Bearer {api.DevKeys.GetProperty("acme").GetProperty("apiKey").GetString()}
            Idempotency-Key: slow-{number}
            Content-Type: application/json
            Content-Length: {Body.Length}
            Connection: close


            """.ReplaceLineEndings("\r\n"));
        foreach (var part in Body.Chunk(7))
        {
            // The client takes its time: that is what is tested, nothing is waited for.
            await Task.Delay(s_slow / 5);
            await SendAsync(new string(part));
        }

        using var answer = new StreamReader(new NetworkStream(socket), Encoding.UTF8);
        Assert.StartsWith("HTTP/1.1 201", await answer.ReadToEndAsync(), StringComparison.Ordinal);

        async Task SendAsync(string text) => await socket.SendAsync(Encoding.UTF8.GetBytes(text));
    }
}
