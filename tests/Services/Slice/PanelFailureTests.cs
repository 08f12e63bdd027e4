using System.Net;

namespace OrionPlatform.Services.Tests;

public sealed class PanelFailureTests
{
    [Fact]
    public async Task What_the_exception_handler_answers_for_the_panel_has_the_panels_strict_headers()
    {
        await using var api = await ApiUnderTest.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/admin/ops/login");
        request.Headers.Add("Sec-Fetch-Site", "same-origin");
        request.Content = new FormUrlEncodedContent([new("t", new string('x', 20_000))]);

        using var answer = await api.Client().SendAsync(request);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.StartsWith("default-src 'none'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal("no-referrer", answer.Headers.GetValues("Referrer-Policy").Single());
    }
}
