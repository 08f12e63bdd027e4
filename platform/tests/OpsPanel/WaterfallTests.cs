using System.Diagnostics;
using Orion.Sink.Reading;
using Orion.Sink.Rows;
using Orion.Telemetry.Waterfalls;

namespace Orion.OpsPanel.Tests;

public sealed class WaterfallTests
{
    private static readonly DateTimeOffset s_at = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Every_span_is_one_bar_and_children_lie_deeper()
    {
        var root = Rows.Request(s_at, 100);
        var child = Rows.Inner(root, "child", 10, 50);
        var grandchild = Rows.Inner(child, "grandchild", 5, 20);
        var fold = Waterfall.Fold([Trace([root], [grandchild, child])]);
        Assert.Equal([("GET /v1/projects/{projectId}/orders", 0), ("child", 1), ("grandchild", 2)],
            fold.Bars.Select(b => (b.Span.Name, b.Depth)));
    }

    [Fact]
    public void Bars_are_to_scale()
    {
        var root = Rows.Request(s_at, 200);
        var child = Rows.Inner(root, "child", 50, 100);
        var fold = Waterfall.Fold([Trace([root], [child])]);
        Assert.Equal(TimeSpan.FromMilliseconds(200), fold.Length);
        Assert.Equal(s_at, fold.Start);
        Assert.Equal((0.0, 1.0), (fold.Bars[0].Left, fold.Bars[0].Width));
        Assert.Equal((0.25, 0.5), (fold.Bars[1].Left, fold.Bars[1].Width));
        Assert.Equal(TimeSpan.FromMilliseconds(50), fold.Bars[1].Offset);
        Assert.Equal((0, 0), fold.Ticks().First());
        Assert.InRange(fold.Ticks().Count(), 4, 8);
    }

    [Fact]
    public void Linked_traces_share_one_axis_under_their_cause()
    {
        var request = Rows.Request(s_at, 20);
        var publish = Rows.Inner(request, "publish", 5, 10);
        var job = Rows.Job(publish, s_at.AddMilliseconds(60), 40, "order.provision");
        var work = Rows.Inner(job, "work", 1, 30);
        var fold = Waterfall.Fold([Trace([job], [work]), Trace([request], [publish])]);
        Assert.Equal([0, 1, 2, 3], fold.Bars.Select(b => b.Depth));
        Assert.Equal(TimeSpan.FromMilliseconds(100), fold.Length);
        Assert.Equal(1, fold.Bars[2].Cause);
        Assert.Equal(0.6, fold.Bars[2].Left, 6);
        Assert.Null(fold.Bars[3].Cause);
        Assert.Equal(["api", "worker"], fold.Services);
        Assert.NotEqual(fold.Color("api"), fold.Color("worker"));
    }

    [Fact]
    public void A_lost_parent_and_a_circle_lose_no_bar()
    {
        var root = Rows.Request(s_at, 100);
        var orphan = Rows.Inner(root, "orphan", 1, 1);
        orphan.ParentSpanId = ActivitySpanId.CreateRandom();
        var one = Rows.Inner(root, "one", 2, 1);
        var two = Rows.Inner(one, "two", 3, 1);
        one.ParentSpanId = two.SpanId;
        var self = Rows.Job(root, s_at, 1, "self");
        self.Links = [new SpanLink(self.TraceId, self.SpanId)];
        var fold = Waterfall.Fold([Trace([root, self], [orphan, one, two])]);
        Assert.Equal(["GET /v1/projects/{projectId}/orders", "one", "orphan", "two", "worker.self"], fold.Bars.Select(b => b.Span.Name)
            .Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_very_deep_trace_folds_too()
    {
        List<SpanRow> chain = [Rows.Request(s_at, 10)];
        for (var i = 0; i < 2000; i++)
        {
            chain.Add(Rows.Inner(chain[^1], $"s{i}", 0, 1));
        }

        var fold = Waterfall.Fold([Trace([(CanonicalLine)chain[0]], [.. chain.Skip(1)])]);
        Assert.Equal(2001, fold.Bars.Count);
        Assert.Equal(2000, fold.Bars[^1].Depth);
    }

    [Fact]
    public async Task The_page_draws_a_bar_for_each_span_and_encodes_hostile_names()
    {
        const string Hostile = "</title><script>alert('x')</script>";
        await using var host = await PanelHost.StartAsync();
        var (request, _, task) = Rows.Story(host.Sink, DateTimeOffset.UtcNow, failure: "node_gone");
        var hostile = Rows.Inner(request, Hostile, 1, 1);
        hostile.Attributes = [new("key\"><i>", "<img src=x onerror=alert(1)>")];
        host.Sink.Record(hostile);
        await host.Sink.FlushAsync();
        var client = await host.SignInAsync("viewer");
        var html = await client.GetStringAsync($"/admin/ops/traces/{request.TraceId}?span={hostile.SpanId}");
        Assert.Equal(12, Count(html, "class=\"bar "));
        Assert.Equal(12, Count(html, "<li class=\"d"));
        Assert.Equal(2, Count(html, "<g class=\"cause\">"));
        Assert.Contains("node_gone", html, StringComparison.Ordinal);
        Assert.Contains("caused by", html, StringComparison.Ordinal);
        Assert.Contains("Started process 52113", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<img", html, StringComparison.Ordinal);
        Assert.Contains("&lt;img src=x onerror=alert(1)&gt;", html, StringComparison.Ordinal);

        // The same story from its other end, and one trace of it alone.
        Assert.Equal(12, Count(await client.GetStringAsync($"/admin/ops/traces/{task.TraceId}"), "class=\"bar "));
        Assert.Equal(4, Count(await client.GetStringAsync($"/admin/ops/traces/{task.TraceId}?alone=1"), "class=\"bar "));
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;

    [Fact]
    public void The_picture_stands_alone_and_holds_whatever_a_span_is_called()
    {
        var request = Rows.Request(s_at, 20);
        var publish = Rows.Inner(request, "publish <script>alert(1)</script> & \u0001", 5, 10);
        var job = Rows.Job(publish, s_at.AddMilliseconds(60), 40, "order.provision", error: "node_gone");
        var svg = System.Xml.Linq.XDocument.Parse(WaterfallSvg.Write(Waterfall.Fold([Trace([job], []), Trace([request], [publish])])));

        System.Xml.Linq.XNamespace ns = "http://www.w3.org/2000/svg";
        Assert.Equal(3, svg.Root!.Elements(ns + "g").Count());
        Assert.Contains("publish <script>alert(1)</script> & \uFFFD", svg.Descendants(ns + "text").Select(t => t.Value));
        Assert.Contains(svg.Descendants(ns + "title"), t => t.Value.Contains("failed: node_gone", StringComparison.Ordinal));
        Assert.Single(svg.Descendants(ns + "path"));
        Assert.Equal(["380", "415.1", "801.2"], svg.Root.Elements(ns + "g").Select(g => g.Element(ns + "rect")!.Attribute("x")!.Value));
        Assert.DoesNotContain(svg.Descendants(), e => e.Name.LocalName is "script" or "style" or "a"
            || e.Attributes().Any(a => a.Name.LocalName.StartsWith("on", StringComparison.Ordinal) || a.Name.LocalName == "href"));
    }

    private static TraceData Trace(CanonicalLine[] lines, SpanRow[] spans) => new(lines[0].TraceId, lines, spans);
}
