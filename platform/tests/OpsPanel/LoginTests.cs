using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orion.Sink.Audit;
using Orion.Sink.Reading;

namespace Orion.OpsPanel.Tests;

public sealed class LoginTests
{
    private const string StartToken = "start-token-of-128-bits-or-more";

    [Fact]
    public async Task The_token_of_the_start_signs_an_admin_in_once()
    {
        await using var host = await PanelHost.StartAsync(("Orion:Ops:LoginToken", StartToken));
        var client = host.Anonymous();
        using var login = await client.GetAsync($"/admin/ops/login?t={StartToken}");
        Assert.Equal(HttpStatusCode.SeeOther, login.StatusCode);
        Assert.Equal("/admin/ops/", login.Headers.Location?.ToString());
        var cookie = login.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("path=/admin/ops", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("domain=", cookie, StringComparison.OrdinalIgnoreCase);

        using var people = await client.GetAsync("/admin/ops/people");
        Assert.Equal(HttpStatusCode.OK, people.StatusCode);
        using var again = await host.Anonymous().GetAsync($"/admin/ops/login?t={StartToken}");
        Assert.Equal(HttpStatusCode.Unauthorized, again.StatusCode);
        Assert.Contains("used already", await again.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_many_who_redeem_a_token_at_once_one_gets_in()
    {
        await using var host = await PanelHost.StartAsync();
        var token = await host.Sessions.CreateLoginTokenAsync("Race", "viewer", TimeSpan.FromMinutes(5));
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => host.Anonymous().GetAsync($"/admin/ops/login?t={token}")));
        Assert.Single(answers, a => a.StatusCode == HttpStatusCode.SeeOther);
        Assert.Equal(7, answers.Count(a => a.StatusCode == HttpStatusCode.Unauthorized));
    }

    [Fact]
    public async Task HEAD_does_not_use_the_token_up()
    {
        await using var host = await PanelHost.StartAsync(("Orion:Ops:LoginToken", StartToken));
        var client = host.Anonymous();
        using var probe = new HttpRequestMessage(HttpMethod.Head, $"/admin/ops/login?t={StartToken}");
        using var probed = await client.SendAsync(probe);
        Assert.Equal(HttpStatusCode.OK, probed.StatusCode);
        using var login = await client.GetAsync($"/admin/ops/login?t={StartToken}");
        Assert.Equal(HttpStatusCode.SeeOther, login.StatusCode);
    }

    [Fact]
    public async Task Wrong_tokens_are_refused_and_then_slowed_down()
    {
        await using var host = await PanelHost.StartAsync(
            ("Orion:FailedAuthentication:Burst", "10"), ("Orion:FailedAuthentication:Interval", "01:00:00"));
        var client = host.Anonymous();
        for (var i = 0; i < 10; i++)
        {
            using var wrong = await client.GetAsync($"/admin/ops/login?t=wrong-token-number-{i:00000}");
            Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        }

        for (var i = 0; i < 20; i++)
        {
            using var slowed = await client.GetAsync("/admin/ops/login?t=wrong-token-number-eleven");
            Assert.Equal(HttpStatusCode.TooManyRequests, slowed.StatusCode);
            Assert.True(slowed.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        }

        // Those are counted, but the audit log has only what they were slowed down for.
        await host.SettledAsync();
        var reader = host.App.Services.GetRequiredService<TelemetryReader>();
        Assert.Equal(10, (await reader.AuditAsync(new AuditQuery { Component = "ops-panel" })).Count);
    }

    [Fact]
    public async Task A_pasted_token_signs_in_too_but_not_from_another_site()
    {
        await using var host = await PanelHost.StartAsync(("Orion:Ops:LoginToken", StartToken));
        var client = host.Anonymous();
        var token = await client.FormTokenAsync();
        using var forged = await client.PostFormFromAsync(
            "/admin/ops/login", ("Sec-Fetch-Site", "cross-site"), (FormClient.Field, token), ("t", StartToken));
        Assert.Equal(HttpStatusCode.Forbidden, forged.StatusCode);
        using var without = await client.PostFormAsync("/admin/ops/login", ("t", StartToken));
        Assert.Equal(HttpStatusCode.Forbidden, without.StatusCode);
        using var pasted = await client.PostFormAsync("/admin/ops/login", (FormClient.Field, token), ("t", StartToken));
        Assert.Equal(HttpStatusCode.SeeOther, pasted.StatusCode);
    }

    [Fact]
    public async Task Signing_in_again_ends_the_session_before()
    {
        await using var host = await PanelHost.StartAsync();
        var client = await host.SignInAsync("viewer", "Before");
        var token = await host.Sessions.CreateLoginTokenAsync("After", "admin", TimeSpan.FromMinutes(5));
        using var login = await client.GetAsync($"/admin/ops/login?t={token}");
        Assert.Equal(["After"], (await host.Sessions.ListAsync()).Select(s => s.Name));
    }

    [Fact]
    public async Task A_link_made_on_the_people_page_carries_its_role_and_the_session_can_be_ended()
    {
        await using var host = await PanelHost.StartAsync();
        var admin = await host.SignInAsync("admin", "Ada");
        using var made = await admin.ActAsync("/admin/ops/people/links", ("name", "Olga <b>"), ("role", "operator"));
        var html = await made.Content.ReadAsStringAsync();
        Assert.Contains("Olga &lt;b&gt;", html, StringComparison.Ordinal);
        var link = Regex.Match(html, @"http://[^\s<]+/admin/ops/login\?t=[A-Za-z0-9_-]+", RegexOptions.NonBacktracking).Value;
        var olga = host.Anonymous();
        using var login = await olga.GetAsync(link);
        Assert.Equal(HttpStatusCode.SeeOther, login.StatusCode);

        var session = (await host.Sessions.ListAsync()).Single(s => s.Name == "Olga <b>");
        Assert.Equal("operator", session.Role);
        using var ended = await admin.ActAsync("/admin/ops/people/end", ("session", session.Id));
        Assert.Equal(HttpStatusCode.SeeOther, ended.StatusCode);
        using var after = await olga.GetAsync("/admin/ops/overview");
        Assert.Equal(HttpStatusCode.Unauthorized, after.StatusCode);
    }

    [Theory]
    [InlineData("", "admin", "name:")]
    [InlineData("Bob", "root", "role:")]
    public async Task A_link_for_nobody_or_for_no_role_is_refused_by_name(string name, string role, string problem)
    {
        await using var host = await PanelHost.StartAsync();
        var admin = await host.SignInAsync("admin");
        using var refused = await admin.ActAsync("/admin/ops/people/links", ("name", name), ("role", role));
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains(problem, await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Logout_ends_the_session_on_the_server()
    {
        await using var host = await PanelHost.StartAsync();
        var client = await host.SignInAsync("viewer");
        using var logout = await client.ActAsync("/admin/ops/logout");
        Assert.Equal(HttpStatusCode.SeeOther, logout.StatusCode);
        Assert.Empty(await host.Sessions.ListAsync());
        using var after = await client.GetAsync("/admin/ops/overview");
        Assert.Equal(HttpStatusCode.Unauthorized, after.StatusCode);
    }

    [Fact]
    public async Task A_forged_act_has_no_effect()
    {
        await using var host = await PanelHost.StartAsync();
        var admin = await host.SignInAsync("admin");
        var token = await admin.FormTokenAsync();
        var other = await (await host.SignInAsync("admin", "Other")).FormTokenAsync();
        (string, string)?[] foreign =
        [
            ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site"), ("Origin", "https://evil.example"), ("Origin", "null"), null,
        ];
        foreach (var header in foreign)
        {
            using var answer = await admin.PostFormFromAsync("/admin/ops/logout", header, (FormClient.Field, token));
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        }

        foreach (var wrong in new[] { "", "0", other })
        {
            using var answer = await admin.PostFormAsync("/admin/ops/logout", (FormClient.Field, wrong));
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        }

        using var still = await admin.GetAsync("/admin/ops/people");
        Assert.Equal(HttpStatusCode.OK, still.StatusCode);
        using var old = await admin.PostFormFromAsync(
            "/admin/ops/logout", ("Origin", host.Address.GetLeftPart(UriPartial.Authority)), (FormClient.Field, token));
        Assert.Equal(HttpStatusCode.SeeOther, old.StatusCode);
    }

    [Fact]
    public async Task A_form_of_absurd_size_is_not_read()
    {
        await using var host = await PanelHost.StartAsync();
        var client = await host.SignInAsync("admin");
        using var refused = await client.ActAsync("/admin/ops/people/links", ("name", new string('x', 20_000)), ("role", "viewer"));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, refused.StatusCode);
    }

    [Theory]
    [InlineData("Orion:Ops:LoginToken", "short")]
    [InlineData("Orion:Ops:MaxStreams", "0")]
    [InlineData("Orion:Ops:MaxStreamsPerSession", "1000")]
    public async Task A_bad_setting_stops_the_start_and_is_named(string key, string value)
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => PanelHost.StartAsync((key, value)));
        Assert.Contains(key, failure.Message, StringComparison.Ordinal);
    }
}
