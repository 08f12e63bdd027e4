using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Orion.Store.OpsAccess;
using OrionPlatform.Domain;
using OrionPlatform.Tests;

namespace OrionPlatform.Services.Tests;

/// <summary>
/// Several apis on one store, each with telemetry of its own, as on several machines: it makes no difference which one is asked.
/// </summary>
public sealed partial class ManyApisTests : IAsyncLifetime, IDisposable
{
    private readonly TempFolder _elsewhere = new();
    private ApiUnderTest _one = null!;
    private ApiUnderTest _two = null!;

    public async Task InitializeAsync()
    {
        _one = await ApiUnderTest.StartAsync();
        _two = await ApiUnderTest.StartAsync(
            _elsewhere.Path, settings: $"--ConnectionStrings:store={StoreDatabase.Of(_one.Folder).ConnectionString}");
    }

    [Fact]
    public async Task Who_signed_in_at_one_is_known_to_the_other_and_signed_out_of_both()
    {
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() };
        using var client = new HttpClient(handler);
        var token = await _one.App.Services.GetRequiredService<OpsSessions>()
            .CreateLoginTokenAsync("Tess", "admin", TimeSpan.FromMinutes(5));
        using (var signedIn = await SendAsync(client, _one, HttpMethod.Get, $"admin/ops/login?t={token}"))
        {
            Assert.Equal(HttpStatusCode.SeeOther, signedIn.StatusCode);
        }

        using var page = await SendAsync(client, _one, HttpMethod.Get, "admin/ops/people");
        var field = TokenField().Match(await page.Content.ReadAsStringAsync()).Groups["token"].Value;
        using var form = new FormUrlEncodedContent(
        [
            KeyValuePair.Create("__RequestVerificationToken", field), KeyValuePair.Create("name", "Vera"),
            KeyValuePair.Create("role", "viewer"),
        ]);
        using var made = await SendAsync(client, _two, HttpMethod.Post, "admin/ops/people/links", form);
        Assert.Equal(HttpStatusCode.OK, made.StatusCode);

        var sessions = _two.App.Services.GetRequiredService<OpsSessions>();
        await sessions.EndByIdAsync(Assert.Single(await sessions.ListAsync()).Id);
        using var refused = await SendAsync(client, _one, HttpMethod.Get, "admin/ops/people");
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    [Fact]
    public async Task A_key_that_was_revoked_at_one_is_soon_refused_by_the_other_which_knew_it_well()
    {
        var members = _one.App.Services.GetRequiredService<Members>();
        var tenant = (await _one.App.Services.GetRequiredService<Members>().EnsureTenantAsync("acme")).TenantId;
        var key = await members.CreateApiKeyAsync(tenant, "member");
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        var list = new Uri(_two.Address, $"v1/projects/{_one.ProjectOf("acme")}/{AnySlice.Path}");
        for (var i = 0; i < 20; i++)
        {
            using var known = await client.GetAsync(list);
            Assert.Equal(HttpStatusCode.OK, known.StatusCode);
        }

        await members.RevokeApiKeyAsync(ApiKeyId(key));
        await Eventually.TrueAsync(
            async () =>
            {
                using var answer = await client.GetAsync(list);
                return answer.StatusCode == HttpStatusCode.Unauthorized;
            },
            "it is refused");
    }

    public async Task DisposeAsync()
    {
        await _two.DisposeAsync();
        await _one.DisposeAsync();
    }

    public void Dispose() => _elsewhere.Dispose();

    /// <summary>As a load balancer passes it on: to either of them under one name.</summary>
    private static Task<HttpResponseMessage> SendAsync(
        HttpClient client, ApiUnderTest to, HttpMethod method, string path, HttpContent? content = null)
    {
        var request = new HttpRequestMessage(method, new Uri(to.Address, path)) { Content = content };
        request.Headers.Host = "127.0.0.1:5080";
        request.Headers.Add("Sec-Fetch-Site", "same-origin");
        return client.SendAsync(request);
    }

    private static string ApiKeyId(string key) => ApiKey.Parse(key)!.Id;

    [GeneratedRegex("""name="__RequestVerificationToken" value="(?<token>[\w-]{64,})""", RegexOptions.NonBacktracking)]
    private static partial Regex TokenField();
}
