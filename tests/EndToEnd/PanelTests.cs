using Microsoft.Playwright;
using OrionPlatform.Tests;

namespace OrionPlatform.EndToEnd.Tests;

/// <summary>What a newcomer sees: the printed link, the panel, and one's own request on it.</summary>
[Collection(SharedPlatformGroup.Name)]
public sealed class PanelTests(SharedPlatform shared, Chromium chromium) : IClassFixture<Chromium>
{
    [BrowserFact]
    public async Task An_allocation_is_seen_live_as_one_story_of_api_worker_and_node_agent()
    {
        var platform = shared.Platform;
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
}
