using System.Text.RegularExpressions;

namespace Orion.OpsPanel.Tests;

public sealed partial class RouteTests
{
    [Theory]
    [InlineData("", "/often /slow /broken")]
    [InlineData("?sort=p95", "/slow /often /broken")]
    [InlineData("?sort=errors", "/broken /often /slow")]
    public async Task Routes_are_ordered_as_asked_and_lead_to_their_traces(string query, string expected)
    {
        await using var host = await PanelHost.StartAsync();
        var now = DateTimeOffset.UtcNow;
        for (var i = 0; i < 5; i++)
        {
            host.Sink.Record(Rows.Request(now, 10, route: "/often"));
        }

        host.Sink.Record(Rows.Request(now, 900, route: "/slow"));
        host.Sink.Record(Rows.Request(now, 900, route: "/slow"));
        host.Sink.Record(Rows.Request(now, 1, route: "/broken", status: 500));
        await host.Sink.FlushAsync();
        var viewer = await host.SignInAsync("viewer");

        var html = await viewer.GetStringAsync("/admin/ops/overview" + query);

        Assert.Equal(expected, string.Join(' ', RouteLink().Matches(html).Select(m => Uri.UnescapeDataString(m.Groups["route"].Value))));
        var list = await viewer.GetStringAsync("/admin/ops/traces?service=api&route=%2Fslow");
        Assert.Equal(2, Regex.Count(list, "<tr id=\"t-", RegexOptions.None, TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public async Task An_unknown_order_is_refused_by_name_and_the_window_keeps_the_order()
    {
        await using var host = await PanelHost.StartAsync();
        host.Sink.Record(Rows.Request(DateTimeOffset.UtcNow, 10));
        await host.Sink.FlushAsync();
        var viewer = await host.SignInAsync("viewer");

        using var refused = await viewer.GetAsync("/admin/ops/overview?sort=color");
        Assert.Equal(400, (int)refused.StatusCode);
        Assert.Contains("sort: must be one of", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        var html = await viewer.GetStringAsync("/admin/ops/overview?window=1h&sort=p99");
        Assert.Contains("overview?window=6h&amp;sort=p99", html, StringComparison.Ordinal);
        Assert.Contains("overview?window=1h&amp;sort=p95", html, StringComparison.Ordinal);
    }

    [GeneratedRegex("<th scope=\"row\">\\s*<a href=\"/admin/ops/traces\\?service=api&amp;route=(?<route>[^\"]+)\"",
        RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex RouteLink();
}
