using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orion.OpsPanel.Live;
using Orion.Telemetry.ServerSentEvents;
using EventStream = OrionPlatform.Tests.EventStream;

namespace Orion.OpsPanel.Tests;

public sealed class LiveTests
{
    [Fact]
    public async Task A_row_that_lands_reaches_the_viewer()
    {
        await using var host = await PanelHost.StartAsync();
        var client = await host.SignInAsync("viewer");
        await using var stream = await EventStream.OpenAsync(client, "/admin/ops/logs/live");
        Assert.Contains("Nothing has been logged yet", (await stream.NextAsync("fragment")).Data, StringComparison.Ordinal);
        host.Sink.Record(Rows.Log(DateTimeOffset.UtcNow, "Line one\n</section>data: not an event", LogLevel.Warning));
        var fragment = await stream.NextAsync("fragment");
        Assert.StartsWith("<section id=\"logs-list\"", fragment.Data, StringComparison.Ordinal);
        Assert.Contains("Line one&#xA;&lt;/section&gt;data: not an event", fragment.Data, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_what_changed_is_sent_again()
    {
        await using var host = await PanelHost.StartAsync();
        var client = await host.SignInAsync("viewer");
        await using var stream = await EventStream.OpenAsync(client, "/admin/ops/overview/live");
        for (var i = 0; i < 8; i++)
        {
            await stream.NextAsync("fragment");
        }

        host.Sink.Record(Rows.Beat("worker", DateTimeOffset.UtcNow));
        (string Event, string Data) fragment;
        do
        {
            fragment = await stream.NextAsync("fragment");
            Assert.DoesNotContain("id=\"ov-queue\"", fragment.Data, StringComparison.Ordinal);
        }
        while (!fragment.Data.Contains("id=\"ov-services\"", StringComparison.Ordinal));

        Assert.Contains("worker", fragment.Data, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_stream_ends_with_its_session()
    {
        await using var host = await PanelHost.StartAsync();
        var viewer = await host.SignInAsync("viewer", "Vera");
        var admin = await host.SignInAsync("admin", "Ada");
        await using var stream = await EventStream.OpenAsync(viewer, "/admin/ops/traces/live");
        await stream.NextAsync("fragment");
        var session = (await host.Sessions.ListAsync()).Single(s => s.Name == "Vera").Id;
        using var ended = await admin.ActAsync("/admin/ops/people/end", ("session", session));
        await stream.NextAsync("ended");
        await stream.EndAsync();
    }

    [Fact]
    public async Task A_session_has_so_many_streams_and_no_more()
    {
        await using var host = await PanelHost.StartAsync(("Orion:Ops:MaxStreamsPerSession", "2"), ("Orion:Ops:MaxStreams", "3"));
        var one = await host.SignInAsync("viewer");
        var two = await host.SignInAsync("viewer");
        await using var a = await EventStream.OpenAsync(one, "/admin/ops/logs/live");
        var b = await EventStream.OpenAsync(one, "/admin/ops/logs/live");
        using var third = await one.GetAsync("/admin/ops/logs/live", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.TooManyRequests, third.StatusCode);
        await using var c = await EventStream.OpenAsync(two, "/admin/ops/logs/live");
        using var full = await two.GetAsync("/admin/ops/logs/live", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.TooManyRequests, full.StatusCode);

        await b.DisposeAsync();
        var limiter = host.App.Services.GetRequiredService<StreamConcurrencyLimiter>();
        await Eventually.TrueAsync(() => limiter.Open == 2, "the seat of a viewer who left is free");
        await using var d = await EventStream.OpenAsync(one, "/admin/ops/logs/live");
    }

    [Fact]
    public async Task Viewers_share_one_picture_and_nothing_is_asked_when_nobody_looks()
    {
        await using var host = await PanelHost.StartAsync();
        var cache = host.App.Services.GetRequiredService<RenderCache>();
        var pulse = host.App.Services.GetRequiredService<LivePulse>();
        Assert.False(pulse.Beats);
        List<HttpClient> viewers = [];
        for (var i = 0; i < 4; i++)
        {
            viewers.Add(await host.SignInAsync("viewer"));
        }

        // Logins are audited, which is new data: all of it is there before the first picture.
        await host.SettledAsync();
        List<EventStream> streams = [];
        foreach (var viewer in viewers)
        {
            streams.Add(await EventStream.OpenAsync(viewer, "/admin/ops/logs/live"));
        }

        foreach (var stream in streams)
        {
            await stream.NextAsync("fragment");
        }

        Assert.True(pulse.Beats);
        Assert.Equal((1, 3), (cache.Misses, cache.Hits));
        host.Sink.Record(Rows.Log(DateTimeOffset.UtcNow, "once for all"));
        foreach (var stream in streams)
        {
            Assert.Contains("once for all", (await stream.NextAsync("fragment")).Data, StringComparison.Ordinal);
            await stream.DisposeAsync();
        }

        await Eventually.TrueAsync(() => !pulse.Beats, "the loop stops when the last viewer leaves");
    }

    [Fact]
    public async Task A_picture_is_painted_once_for_those_who_ask_while_it_is_painted()
    {
        var cache = new RenderCache(TimeProvider.System);
        var release = new TaskCompletionSource<Painting>();
        var painted = 0;
        Task<Painting> Ask(long version) => cache.GetAsync("key", new PanelVersion(version, 0, 0), _ => Paint(), CancellationToken.None);
        Task<Painting> Paint()
        {
            Interlocked.Increment(ref painted);
            return release.Task;
        }

        var all = Enumerable.Range(0, 10).Select(_ => Ask(1)).ToList();
        release.SetResult(new Painting([]));
        await Task.WhenAll(all);
        Assert.Equal(1, painted);
        await Ask(2);
        Assert.Equal(2, painted);
    }

    [Fact]
    public async Task A_failed_picture_is_not_kept()
    {
        var cache = new RenderCache(TimeProvider.System);
        var version = new PanelVersion(1, 1, 1);
        await Assert.ThrowsAsync<IOException>(() => cache.GetAsync("key", version, _ => throw new IOException(), CancellationToken.None));
        Assert.Empty((await cache.GetAsync("key", version, _ => Task.FromResult(new Painting([])), CancellationToken.None)).Fragments);
    }

    [Fact]
    public async Task The_open_tab_and_its_filters_are_kept_with_the_session()
    {
        await using var host = await PanelHost.StartAsync();
        var client = await host.SignInAsync("viewer");
        using var first = await client.GetAsync("/admin/ops/");
        Assert.Equal("/admin/ops/overview", first.Headers.Location?.ToString());
        using var logs = await client.GetAsync("/admin/ops/logs?q=slow+%26+odd&level=warning");
        using var traces = await client.GetAsync("/admin/ops/traces?errors=1&min=250");
        using var again = await client.GetAsync("/admin/ops/");
        Assert.Equal("/admin/ops/traces?errors=1&min=250", again.Headers.Location?.ToString());
        var page = await client.GetStringAsync("/admin/ops/overview");
        Assert.Contains("href=\"/admin/ops/logs?level=warning&amp;q=slow%20%26%20odd\"", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("overview?window=3d", "window")]
    [InlineData("traces?min=fast", "min")]
    [InlineData("traces?errors=maybe", "errors")]
    [InlineData("traces?after=%3F%3F", "after")]
    [InlineData("logs?level=loud", "level")]
    [InlineData("logs/live?level=loud", "level")]
    [InlineData("traces/xyz", "trace id")]
    [InlineData("traces/0af7651916cd43dd8448eb211c80319c?span=1", "span")]
    [InlineData("traces/find?id=hello", "trace id")]
    public async Task A_bad_address_is_refused_by_the_name_of_its_field(string address, string field)
    {
        await using var host = await PanelHost.StartAsync();
        var client = await host.SignInAsync("viewer");
        using var answer = await client.GetAsync("/admin/ops/" + address);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains($"{field}: ", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trace_that_is_not_stored_is_a_404_that_fills_by_itself()
    {
        await using var host = await PanelHost.StartAsync();
        var client = await host.SignInAsync("viewer");
        var late = Rows.Request(DateTimeOffset.UtcNow, 5);
        using var answer = await client.GetAsync($"/admin/ops/traces/{late.TraceId}");
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        await using var stream = await EventStream.OpenAsync(client, $"/admin/ops/traces/{late.TraceId}/live");
        Assert.Contains("No such trace", (await stream.NextAsync("fragment")).Data, StringComparison.Ordinal);
        host.Sink.Record(late);
        Assert.Contains("class=\"bar ", (await stream.NextAsync("fragment")).Data, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lists_filter_and_page()
    {
        await using var host = await PanelHost.StartAsync();
        var now = DateTimeOffset.UtcNow;
        for (var i = 0; i < 60; i++)
        {
            host.Sink.Record(Rows.Request(
                now.AddSeconds(-i), i == 7 ? 900 : 5, status: i == 3 ? 500 : 200, tenant: i % 2 == 0 ? "acme" : "globex"));
            host.Sink.Record(Rows.Log(
                now.AddSeconds(-i), $"message {i}", i == 3 ? LogLevel.Error : LogLevel.Information, i % 2 == 0 ? "api" : "worker"));
        }

        await host.Sink.FlushAsync();
        var client = await host.SignInAsync("viewer");
        Assert.Equal(50, await CountAsync("traces", "<tr id=\"t-"));
        Assert.Equal(1, await CountAsync("traces?errors=1", "<tr id=\"t-"));
        Assert.Equal(1, await CountAsync("traces?min=800", "<tr id=\"t-"));
        Assert.Equal(30, await CountAsync("traces?tenant=globex", "<tr id=\"t-"));
        Assert.Equal(0, await CountAsync("traces?route=%2Fnone", "<tr id=\"t-"));
        Assert.Equal(60, await CountAsync("logs", "<li id=\"l-"));
        Assert.Equal(1, await CountAsync("logs?level=error", "<li id=\"l-"));
        Assert.Equal(30, await CountAsync("logs?service=worker", "<li id=\"l-"));
        Assert.Equal(1, await CountAsync("logs?q=MESSAGE+59", "<li id=\"l-"));

        var first = await client.GetStringAsync("/admin/ops/traces");
        var older = Regex.Match(first, "href=\"/admin/ops/(?<page>traces\\?after=[^\"]+)\"", RegexOptions.NonBacktracking)
            .Groups["page"].Value;
        Assert.Equal(10, await CountAsync(WebUtility.HtmlDecode(older), "<tr id=\"t-"));
        Assert.DoesNotContain("data-live=", await client.GetStringAsync("/admin/ops/" + WebUtility.HtmlDecode(older)),
            StringComparison.Ordinal);

        async Task<int> CountAsync(string location, string part) =>
            (await client.GetStringAsync("/admin/ops/" + location)).Split(part).Length - 1;
    }
}
