using System.Net;
using Microsoft.Extensions.DependencyInjection;
using OrionPlatform.Sink;
using OrionPlatform.Store;

namespace OrionPlatform.Services.Tests;

public sealed class PanelFailureTests
{
    [Fact]
    public async Task A_page_of_the_panel_that_fails_has_its_strict_headers_all_the_same()
    {
        await using var api = await ApiUnderTest.StartAsync();
        var token = await api.App.Services.GetRequiredService<OpsSessions>().CreateLoginTokenAsync("Tess", "viewer", TimeSpan.FromMinutes(5));
        var panel = api.Client();
        (await panel.GetAsync($"/admin/ops/login?t={token}")).EnsureSuccessStatusCode();
        await api.App.Services.GetRequiredService<TelemetryReader>().DisposeAsync();

        using var answer = await panel.GetAsync("/admin/ops/traces");

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.StartsWith("default-src 'none'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal("no-referrer", answer.Headers.GetValues("Referrer-Policy").Single());
    }
}
