using System.Net;
using System.Text.RegularExpressions;
using Orion.Sink.Metrics;

namespace Orion.OpsPanel.Tests;

/// <summary>The page of what services measure: series that are told apart, and nothing made up.</summary>
public sealed partial class MetricsPageTests
{
    [Fact]
    public async Task Every_metric_is_listed_and_found_by_a_part_of_its_name()
    {
        await using var host = await PanelHost.StartAsync();
        host.Sink.Metrics.Record(Rows.Latency("web-1"));
        host.Sink.Metrics.Record(
            new MetricPoint { Name = "shop.level", Unit = "1", Service = "shop", Value = 3, Description = "How <full> it is" });
        await host.Sink.FlushAsync();
        var client = await host.SignInAsync("viewer");

        var all = await client.GetStringAsync("/admin/ops/metrics");
        Assert.Contains("metrics?name=shop.latency", all, StringComparison.Ordinal);
        Assert.Contains("How &lt;full&gt; it is", all, StringComparison.Ordinal);
        var found = await client.GetStringAsync("/admin/ops/metrics?q=LEVEL");
        Assert.Contains("shop.level", found, StringComparison.Ordinal);
        Assert.DoesNotContain("shop.latency", found, StringComparison.Ordinal);
        using var bad = await client.GetAsync($"/admin/ops/metrics?q={new string('a', 201)}");
        Assert.Equal(HttpStatusCode.BadRequest, bad.StatusCode);
    }

    [Fact]
    public async Task Two_hosts_series_are_two_rows_that_say_where_they_come_from_and_what_is_unknown_is_a_dash()
    {
        await using var host = await PanelHost.StartAsync();
        host.Sink.Metrics.Record(Rows.Latency("web-1"));
        var bare = Rows.Latency("web-2");
        (bare.Value, bare.Min, bare.Max) = (null, null, null);
        host.Sink.Metrics.Record(bare);
        await host.Sink.FlushAsync();
        var client = await host.SignInAsync("viewer");

        var rows = BodyRow().Matches(await client.GetStringAsync("/admin/ops/metrics?name=shop.latency")).Select(m => m.Value).ToList();
        Assert.Equal(2, rows.Count);
        var (first, second) = rows[0].Contains("web-1", StringComparison.Ordinal) ? (rows[0], rows[1]) : (rows[1], rows[0]);
        Assert.Contains("host.name</dt><dd>web-1", first, StringComparison.Ordinal);
        Assert.Contains("host.name</dt><dd>web-2", second, StringComparison.Ordinal);
        Assert.All([first, second], row => Assert.Contains("scope</dt><dd>shop.orders 1.4.0", row, StringComparison.Ordinal));
        Assert.Equal(["4", "1,234.5", "", "1", "1,000"],
            new[] { 0, 1, 2, 3, 7 }.Select(i => Number().Matches(first)[i].Groups["number"].Value));
        Assert.Equal(["4", "–", "", "–", "–"],
            new[] { 0, 1, 2, 3, 7 }.Select(i => WebUtility.HtmlDecode(Number().Matches(second)[i].Groups["number"].Value)));
        Assert.All([4, 5, 6], i => Assert.NotEqual("–", WebUtility.HtmlDecode(Number().Matches(second)[i].Groups["number"].Value)));
    }

    [GeneratedRegex("<tr>\\s*<th scope=\"row\">.*?</tr>", RegexOptions.Singleline | RegexOptions.NonBacktracking)]
    private static partial Regex BodyRow();

    [GeneratedRegex("<td class=\"n\">(?<number>.*?)</td>", RegexOptions.Singleline | RegexOptions.NonBacktracking)]
    private static partial Regex Number();
}
