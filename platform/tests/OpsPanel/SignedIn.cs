using Microsoft.Playwright;

namespace Orion.OpsPanel.Tests;

/// <summary>A signed-in page of the panel under test.</summary>
internal static class SignedIn
{
    public static async Task<IPage> SignInAsync(
        this Chromium chromium,
        PanelHost host,
        string role = "admin",
        int width = 1280,
        int height = 900,
        ColorScheme scheme = ColorScheme.Light,
        bool script = true)
    {
        var page = await chromium.NewPageAsync(width, height, scheme, script);
        var token = await host.Sessions.CreateLoginTokenAsync("Robin", role, TimeSpan.FromMinutes(5));
        await page.GotoAsync(new Uri(host.Address, $"/admin/ops/login?t={token}").ToString());
        return page;
    }
}
