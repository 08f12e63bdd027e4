using System.Net;

namespace Orion.OpsPanel.Tests;

public sealed class ObjectiveTests
{
    [Fact]
    public async Task The_overview_tells_of_each_slo_what_was_good_and_what_is_left_of_its_budget()
    {
        await using var host = await PanelHost.StartAsync();
        var now = DateTimeOffset.UtcNow;
        for (var i = 0; i < 200; i++)
        {
            host.Sink.Record(Rows.Request(now, ms: i < 5 ? 300 : 20));
        }

        for (var i = 0; i < 100; i++)
        {
            // Not in the window that is looked at, but in the month.
            host.Sink.Record(Rows.Request(now.AddHours(-20), ms: i < 20 ? 300 : 20));
        }

        await host.Sink.FlushAsync();
        var html = await (await host.SignInAsync("viewer")).GetStringAsync("/admin/ops/overview");

        Assert.Equal(["public_api_p95_300ms", "95 % under 300 ms", "195", "200", "97.5 %", "50 %", "-66.7 %"],
            Cells(html, "slo-public_api_p95_300ms"));
        Assert.Equal(["public_api_errors_0_1pct", "99.9 % succeed", "200", "200", "100 %", "100 %", "100 %"],
            Cells(html, "slo-public_api_errors_0_1pct"));
        Assert.Equal(["membership_p95_20ms", "95 % under 20 ms", "nothing in this time", "–"], Cells(html, "slo-membership_p95_20ms"));
    }

    private static string[] Cells(string html, string id)
    {
        var start = html.IndexOf($"<tr id=\"{id}\"", StringComparison.Ordinal);
        Assert.True(start >= 0, $"{id} is not there");
        var row = html[start..html.IndexOf("</tr>", start, StringComparison.Ordinal)];
        return [.. row.Split(["</td>", "</th>"], StringSplitOptions.None).SkipLast(1).Select(c => WebUtility.HtmlDecode(
            System.Text.RegularExpressions.Regex.Replace(c, "<[^>]*>", "", System.Text.RegularExpressions.RegexOptions.NonBacktracking))
            .Trim())];
    }
}
