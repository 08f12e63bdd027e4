using Microsoft.Playwright;
using OrionPlatform.Tests;

namespace OrionPlatform.EndToEnd.Tests;

/// <summary>What a newcomer sees: the printed link, the panel, and one's own request on it.</summary>
public sealed class PanelTests(Chromium chromium) : IClassFixture<Chromium>
{
    [Fact]
    public async Task An_allocation_is_seen_live_as_one_story_of_api_worker_and_node_agent()
    {
        using var folder = new TempFolder();
        await using var platform = await RunningPlatform.StartAsync(folder.Path);
        var page = await chromium.NewPageAsync();
        await page.GotoAsync(platform.LoginUrl.ToString());

        // Of one route: asking again and again whether the allocation is active yet fills more than a page of the whole list.
        const string route = "/v1/projects/{projectId}/allocations";
        await page.GotoAsync(new Uri(platform.LoginUrl, "/admin/ops/traces?route=" + Uri.EscapeDataString(route)).ToString());

        var id = await platform.RequestAllocationAsync();
        await platform.BecomesAsync(id, "active");

        // Nothing is reloaded: the row arrives over the page's stream.
        await page.GetByRole(AriaRole.Link, new() { Name = "POST " + route }).First.ClickAsync();
        var waterfall = page.GetByRole(AriaRole.Region, new() { Name = "Waterfall" });
        await Assertions.Expect(waterfall.GetByText("node-agent", new() { Exact = true })).ToBeVisibleAsync();
        await Assertions.Expect(waterfall.GetByText("worker", new() { Exact = true })).ToBeVisibleAsync();
        await Assertions.Expect(waterfall.GetByText("api", new() { Exact = true })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task The_printed_login_link_works_once()
    {
        using var folder = new TempFolder();
        await using var platform = await RunningPlatform.StartAsync(folder.Path);
        using var browser = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });

        using var first = await browser.GetAsync(platform.LoginUrl);
        using var again = await new HttpClient(new HttpClientHandler { UseCookies = false }).GetAsync(platform.LoginUrl);

        Assert.Equal(System.Net.HttpStatusCode.SeeOther, first.StatusCode);
        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, again.StatusCode);
    }
}
