using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Orion.Telemetry.CanonicalLines;

namespace Orion.OpsPanel.Tests;

public sealed class AccessTests
{
    private static readonly string[] s_pages =
    [
        "/admin/ops/overview", "/admin/ops/traces", "/admin/ops/logs", "/admin/ops/overview/live", "/admin/ops/logs/live",
        "/admin/ops/metrics", "/admin/ops/metrics/live", "/admin/ops/health", "/admin/ops/health/live", "/admin/ops/people",
        "/admin/ops/nowhere",
    ];

    [Theory]
    [InlineData("anonymous", "401 401 401 401 401 401 401 401 401 401 401")]
    [InlineData(null, "403 403 403 403 403 403 403 403 403 403 403")]
    [InlineData("viewer", "200 200 200 200 200 200 200 200 200 403 404")]
    [InlineData("operator", "200 200 200 200 200 200 200 200 200 403 404")]
    [InlineData("admin", "200 200 200 200 200 200 200 200 200 200 404")]
    public async Task Every_page_asks_for_its_role(string? role, string expected)
    {
        await using var host = await PanelHost.StartAsync();
        var client = role == "anonymous" ? host.Anonymous() : await host.SignInAsync(role);
        List<int> seen = [];
        foreach (var page in s_pages)
        {
            using var answer = await client.GetAsync(page, HttpCompletionOption.ResponseHeadersRead);
            seen.Add((int)answer.StatusCode);
        }

        Assert.Equal(expected, string.Join(' ', seen));
    }

    [Theory]
    [InlineData("anonymous", 401)]
    [InlineData(null, 403)]
    [InlineData("viewer", 403)]
    [InlineData("operator", 403)]
    public async Task Only_an_admin_makes_links_and_ends_sessions(string? role, int expected)
    {
        await using var host = await PanelHost.StartAsync();
        var client = role == "anonymous" ? host.Anonymous() : await host.SignInAsync(role);
        foreach (var act in new[] { "/admin/ops/people/links", "/admin/ops/people/end" })
        {
            using var answer = await client.PostFormAsync(act, ("name", "Mallory"), ("role", "admin"));
            Assert.Equal(expected, (int)answer.StatusCode);
        }
    }

    [Fact]
    public async Task Every_endpoint_says_who_may_use_it_and_leaves_no_trace()
    {
        await using var host = await PanelHost.StartAsync();
        var endpoints = host.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().ToList();
        Assert.NotEmpty(endpoints);
        foreach (var endpoint in endpoints)
        {
            Assert.True(
                endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null || endpoint.Metadata.GetMetadata<IAuthorizeData>() is not null,
                $"{endpoint.DisplayName} has no policy");
            Assert.NotNull(endpoint.Metadata.GetMetadata<UntracedAttribute>());
            Assert.Equal("ops", endpoint.Metadata.GetMetadata<SurfaceAttribute>()?.Surface);
        }
    }

    [Fact]
    public async Task Refusals_and_acts_are_in_the_audit_log_without_the_secret()
    {
        await using var host = await PanelHost.StartAsync();
        var viewer = await host.SignInAsync("viewer", "Vera");
        using var refused = await viewer.GetAsync("/admin/ops/people");
        using var wrong = await host.Anonymous().GetAsync("/admin/ops/login?t=this-token-was-never-made");
        var events = host.Logs.Lines.Where(l => l.Event?.StartsWith("ops.", StringComparison.Ordinal) == true).ToList();
        Assert.Equal(["ops.login", "ops.forbidden", "ops.login_refused"], events.Select(e => e.Event));
        Assert.Contains("Vera", events[0].Message, StringComparison.Ordinal);
        Assert.DoesNotContain(host.Logs.Lines, l => l.Message.Contains("this-token-was-never-made", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Headers_are_strict_on_every_answer_refusals_included()
    {
        await using var host = await PanelHost.StartAsync();
        var admin = await host.SignInAsync("admin");
        foreach (var client in new[] { host.Anonymous(), admin })
        {
            foreach (var path in new[] { "/admin/ops/overview", "/admin/ops/login", "/admin/ops/nowhere" })
            {
                using var answer = await client.GetAsync(path);
                Assert.Equal(
                    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
                        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
                    answer.Headers.GetValues("Content-Security-Policy").Single());
                Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
                Assert.Equal("no-referrer", answer.Headers.GetValues("Referrer-Policy").Single());
                Assert.Equal("same-origin", answer.Headers.GetValues("Cross-Origin-Opener-Policy").Single());
                Assert.True(answer.Headers.CacheControl!.NoStore);
            }
        }
    }

    [Fact]
    public async Task Pages_hold_no_inline_script_or_style()
    {
        await using var host = await PanelHost.StartAsync();
        var admin = await host.SignInAsync("admin");
        foreach (var path in new[] { "overview", "traces", "logs", "metrics", "health", "people", "login" })
        {
            var html = await admin.GetStringAsync($"/admin/ops/{path}");
            Assert.DoesNotContain("<style", html, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(" style=", html, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotMatch("<script(?![^>]*src=)", html);
            Assert.DoesNotMatch(@"\son[a-z]+=", html);
        }
    }

    [Fact]
    public async Task Assets_are_kept_by_their_hash_and_validated_without_it()
    {
        await using var host = await PanelHost.StartAsync();
        var client = host.Anonymous();
        using var plain = await client.GetAsync("/admin/ops/assets/panel.js");
        Assert.Equal("text/javascript", plain.Content.Headers.ContentType?.MediaType);
        Assert.True(plain.Headers.CacheControl!.NoCache);
        using var again = new HttpRequestMessage(HttpMethod.Get, "/admin/ops/assets/panel.js")
        {
            Headers = { IfNoneMatch = { plain.Headers.ETag! } },
        };
        using var notModified = await client.SendAsync(again);
        Assert.Equal(HttpStatusCode.NotModified, notModified.StatusCode);
        var page = await (await host.SignInAsync("viewer")).GetStringAsync("/admin/ops/overview");
        var named = Regex.Matches(page, "(?:href|src)=\"(?<address>/admin/ops/assets/[^\"]+)\"", RegexOptions.NonBacktracking)
            .Select(m => m.Groups["address"].Value).ToList();
        Assert.Equal(["favicon.svg", "panel.css", "views.css", "panel.js"], named.Select(a => a.Split('/', '?')[4]));
        foreach (var address in named)
        {
            using var kept = await client.GetAsync(address);
            Assert.Contains("immutable", kept.EnsureSuccessStatusCode().Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        }

        using var missing = await client.GetAsync("/admin/ops/assets/appsettings.json");
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }
}
