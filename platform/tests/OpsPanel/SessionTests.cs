using Orion.Store.OpsAccess;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orion.Sink.Audit;
using Orion.Sink.Reading;

namespace Orion.OpsPanel.Tests;

/// <summary>Sessions and their cookies, over requests, restarts and processes.</summary>
public sealed partial class SessionTests
{
    private const string Overview = "/admin/ops/overview";

    [Fact]
    public async Task A_session_and_an_open_page_outlive_a_restart()
    {
        using var folder = new TempFolder();
        var cookies = new CookieContainer();
        string address;
        string token;
        await using (var before = await PanelHost.StartInAsync(folder))
        {
            address = before.Address.GetLeftPart(UriPartial.Authority);
            token = await (await before.SignInAsync("admin", cookies: cookies)).FormTokenAsync();
        }

        await using var after = await PanelHost.StartInAsync(folder, address);
        var client = after.Anonymous(cookies);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, Overview));
        using var logout = await client.PostFormAsync("/admin/ops/logout", (FormClient.Field, token));
        Assert.Equal(HttpStatusCode.SeeOther, logout.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(client, Overview));
    }

    [Fact]
    public async Task Instances_of_one_folder_know_each_others_sessions_and_forms()
    {
        using var folder = new TempFolder();
        await using var one = await PanelHost.StartInAsync(folder);
        await using var two = await PanelHost.StartInAsync(folder, process: "panel-test-2");
        var cookies = new CookieContainer();
        var token = await (await one.SignInAsync("admin", cookies: cookies)).FormTokenAsync();

        // As through a balancer: the browser sees one address.
        var client = two.Anonymous(cookies);
        client.DefaultRequestHeaders.Host = one.Address.Authority;
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, Overview));
        using var logout = await client.PostFormAsync("/admin/ops/logout", (FormClient.Field, token));
        Assert.Equal(HttpStatusCode.SeeOther, logout.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(one.Anonymous(cookies), Overview));
    }

    [Fact]
    public async Task Ended_by_another_process_a_session_is_over_at_once()
    {
        await using var host = await PanelHost.StartAsync();
        var client = await host.SignInAsync("admin");
        var token = await client.FormTokenAsync();
        await host.Sessions.EndByIdAsync((await host.Sessions.ListAsync()).Single().Id);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(client, Overview));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(client, Overview + "/live"));
        using var act = await client.PostFormAsync("/admin/ops/logout", (FormClient.Field, token));
        Assert.Equal(HttpStatusCode.Unauthorized, act.StatusCode);
    }

    [Fact]
    public async Task A_role_that_is_taken_is_missing_from_the_next_request_on()
    {
        await using var host = await PanelHost.StartAsync();
        var client = await host.SignInAsync("admin");
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, "/admin/ops/people"));
        await host.Store.WriteAsync(tx => tx.ExecuteAsync("UPDATE ops_sessions SET role = 'viewer'"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(client, "/admin/ops/people"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, Overview));
    }

    [Fact]
    public async Task Whoever_planted_a_session_is_not_in_that_of_who_signs_in_over_it()
    {
        await using var host = await PanelHost.StartAsync();
        var planted = new CookieContainer();
        var token = await (await host.SignInAsync("viewer", "Mallory", planted)).FormTokenAsync();
        var victims = new CookieContainer();
        victims.Add(planted.GetAllCookies());
        var victim = await host.SignInAsync("admin", "Ada", victims);
        using var act = await victim.PostFormAsync("/admin/ops/logout", (FormClient.Field, token));
        Assert.Equal(HttpStatusCode.Forbidden, act.StatusCode);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(host.Anonymous(victims), "/admin/ops/people"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(host.Anonymous(planted), Overview));
    }

    [Fact]
    public async Task Cookies_that_it_did_not_write_are_no_session_and_no_error()
    {
        await using var host = await PanelHost.StartAsync();
        var token = await host.Sessions.CreateLoginTokenAsync("Tess", "admin", TimeSpan.FromMinutes(5));
        var secret = (await host.Sessions.RedeemAsync(token))!.Secret;
        foreach (var value in new[] { secret, "x", new string('x', 4000) })
        {
            using var client = host.Anonymous(new CookieContainer());
            foreach (var name in new[] { "orion-ops", "orion-antiforgery" })
            {
                client.DefaultRequestHeaders.Add("Cookie", $"{name}-{host.Address.Port}={value}");
            }

            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(client, Overview));
        }

        Assert.DoesNotContain(host.Logs.Lines, l => l.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task Over_https_the_cookies_are_secure_and_their_names_say_so()
    {
        await using var host = await PanelHost.StartAsync();
        var client = host.Anonymous();
        client.DefaultRequestHeaders.Host = "ops.example";
        client.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        var token = await host.Sessions.CreateLoginTokenAsync("Tess", "viewer", TimeSpan.FromMinutes(5));
        using var login = await client.GetAsync($"/admin/ops/login?t={token}");
        var session = login.Headers.GetValues("Set-Cookie").Single();
        Assert.Matches("^__Secure-orion-ops=[^;]+; path=/admin/ops; secure; samesite=lax; httponly$", session);
        using var page = await client.GetAsync("/admin/ops/login");
        Assert.Matches(
            "^__Secure-orion-antiforgery=[^;]+; path=/; secure; samesite=lax; httponly$", page.Headers.GetValues("Set-Cookie").Single());
    }

    [Fact]
    public async Task Every_act_without_the_token_of_its_session_is_refused_and_audited()
    {
        await using var host = await PanelHost.StartAsync();
        var admin = await host.SignInAsync("admin");
        var anonymous = await host.Anonymous().FormTokenAsync();
        var acts = host.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.Contains("POST") == true)
            .Select(e => e.RoutePattern.RawText!)
            .ToList();
        Assert.Equal(7, acts.Count);
        foreach (var act in acts)
        {
            foreach (var token in new[] { "", "forged", anonymous })
            {
                using var form = await admin.PostFormAsync(act, (FormClient.Field, token), ("name", "Eve"), ("role", "admin"));
                await RefusedAsync(form);
                using var fetch = await FetchAsync(admin, act, token);
                await RefusedAsync(fetch);
            }
        }

        Assert.Single(await host.Sessions.ListAsync());
        var reader = host.App.Services.GetRequiredService<TelemetryReader>();
        await Eventually.TrueAsync(
            async () => (await reader.AuditAsync(new AuditQuery { Action = "ops.forgery_refused" })).Count == acts.Count * 6,
            "every refusal is in the audit log");

        using var right = await FetchAsync(admin, "/admin/ops/people/links", await admin.FormTokenAsync());
        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
    }

    [Fact]
    public async Task Keys_are_their_owners_alone_and_neither_logged_nor_warned_of()
    {
        using var folder = new TempFolder();
        await using var host = await PanelHost.StartInAsync(folder);
        await host.SignInAsync("viewer");
        var key = Assert.Single(await new DataProtectionKeys(host.Store).ListAsync());
        if (!OperatingSystem.IsWindows())
        {
            foreach (var file in Directory.GetFiles(folder.Path, "store.db*"))
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            }
        }

        var secret = KeyMaterial().Match(key).Groups["secret"].Value;
        Assert.NotEmpty(secret);
        Assert.DoesNotContain(host.Logs.Lines, l => l.Level >= LogLevel.Warning || l.Message.Contains(secret, StringComparison.Ordinal));
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);
        return answer.StatusCode;
    }

    private static async Task<HttpResponseMessage> FetchAsync(HttpClient client, string path, string token)
    {
        using var content = new FormUrlEncodedContent([KeyValuePair.Create("name", "Olga"), KeyValuePair.Create("role", "viewer")]);
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        request.Headers.Add("Sec-Fetch-Site", "same-origin");
        request.Headers.Add("RequestVerificationToken", token);
        return await client.SendAsync(request);
    }

    private static async Task RefusedAsync(HttpResponseMessage answer)
    {
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        var page = await answer.Content.ReadAsStringAsync();
        Assert.Contains("Nothing was done. Reload the page and try again.", page, StringComparison.Ordinal);
    }

    [GeneratedRegex("<value>(?<secret>[^<]{40,})</value>", RegexOptions.NonBacktracking)]
    private static partial Regex KeyMaterial();
}
