using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Orion.Sink;
using Orion.Sink.Audit;
using Orion.Sink.Reading;
using OrionPlatform.Tests;

namespace OrionPlatform.Services.Tests;

/// <summary>Who presents wrong credentials again and again is told to wait, at each door, and nobody else is.</summary>
[Trait("Store", "once")]
public sealed class ThrottleTests
{
    private static readonly string[] s_five = ["--Orion:FailedAuthentication:Burst=5", "--Orion:FailedAuthentication:Interval=01:00:00"];

    public static TheoryData<string, string, string> Doors => new()
    {
        { "GET", "v1/projects/pr_x/allocations", "Authorization: Bearer ok_wrong" },
        { "POST", "v1/projects/pr_x/allocations", "Authorization: Bearer ok_wrong" },
        { "POST", "node/v1/register", "Authorization: Bearer wrong" },
        { "POST", "node/v1/heartbeat", "Authorization: Bearer nk_wrong" },
        { "POST", "otlp/v1/traces", "x-otlp-api-key: wrong" },
    };

    [Theory]
    [MemberData(nameof(Doors))]
    public async Task Wrong_credentials_are_refused_and_then_throttled_with_the_time_to_wait(string method, string path, string header)
    {
        await using var api = await ApiUnderTest.StartAsync(settings: s_five);
        for (var i = 0; i < 60; i++)
        {
            using var refused = await SendAsync(api, method, path, header);
            Assert.Equal(i < 5 ? HttpStatusCode.Unauthorized : HttpStatusCode.TooManyRequests, refused.StatusCode);
            Assert.Equal(i >= 5, refused.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        }

        // Right credentials are taken from the very same address, at this door and at others.
        var (node, _) = await api.NodeAsync();
        using var body = Json("""{"max":1,"waitSeconds":0,"holding":[]}""");
        using var claim = await node.PostAsync(new Uri("node/v1/tasks/claim", UriKind.Relative), body);
        Assert.Equal(HttpStatusCode.OK, claim.StatusCode);
        using var list = await api.Tenant("acme").GetAsync(new Uri("allocations", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, list.StatusCode);
        using var sent = await SendAsync(api, "POST", "otlp/v1/logs", "x-otlp-api-key: " + ServiceSecrets.OtlpKey);
        Assert.Equal(HttpStatusCode.OK, sent.StatusCode);
    }

    [Fact]
    public async Task Throttled_attempts_are_no_audit_entries()
    {
        await using var api = await ApiUnderTest.StartAsync(settings: s_five);
        for (var i = 0; i < 40; i++)
        {
            (await SendAsync(api, "GET", "v1/projects/pr_x/allocations", "Authorization: Bearer ok_wrong")).Dispose();
        }

        await api.App.Services.GetRequiredService<TelemetrySink>().FlushAsync();
        var reader = api.App.Services.GetRequiredService<TelemetryReader>();
        IReadOnlyList<AuditEntry> entries = [];
        await Eventually.TrueAsync(
            async () => (entries = await reader.AuditAsync(new AuditQuery { Component = "api" })).Count >= 5,
            "five refusals are in the audit log");
        Assert.Equal(5, entries.Count);
    }

    [Fact]
    public async Task Nobody_gets_a_budget_of_his_own_by_saying_that_he_speaks_for_another()
    {
        await using var api = await ApiUnderTest.StartAsync(settings: s_five);
        Assert.Equal(5, await UnauthorizedAsync(api, 30, i => $"203.0.113.{i}"));
    }

    [Fact]
    public async Task Behind_a_known_proxy_each_client_has_its_budget_whatever_it_claims_itself()
    {
        await using var api = await ApiUnderTest.StartAsync(settings: [.. s_five, "--Orion:Proxies:Known:0=127.0.0.0/8"]);
        Assert.Equal(5, await UnauthorizedAsync(api, 20, _ => "203.0.113.1"));
        Assert.Equal(5, await UnauthorizedAsync(api, 20, i => $"10.9.8.{i}, 203.0.113.2"));
        Assert.Equal(5, await UnauthorizedAsync(api, 20, i => $"2001:db8:1:2::{i + 1:x}"));
    }

    [Theory]
    [InlineData("--Orion:FailedAuthentication:Burst=0", "Orion:FailedAuthentication:Burst")]
    [InlineData("--Orion:FailedAuthentication:Interval=2.00:00:00", "Orion:FailedAuthentication:Interval")]
    [InlineData("--Orion:FailedAuthentication:MaxAddresses=1", "Orion:FailedAuthentication:MaxAddresses")]
    [InlineData("--Orion:Proxies:Known:0=proxy.example", "Orion:Proxies:Known")]
    public async Task A_setting_that_cannot_work_stops_the_start_by_name(string setting, string key)
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(async () => await ApiUnderTest.StartAsync(settings: setting));
        Assert.Contains(key, failure.Message, StringComparison.Ordinal);
    }

    private static async Task<int> UnauthorizedAsync(ApiUnderTest api, int tries, Func<int, string> forwardedFor)
    {
        var unauthorized = 0;
        for (var i = 0; i < tries; i++)
        {
            using var answer = await SendAsync(api, "GET", "v1/projects/pr_x/allocations", "X-Forwarded-For: " + forwardedFor(i));
            unauthorized += answer.StatusCode == HttpStatusCode.Unauthorized ? 1 : 0;
        }

        return unauthorized;
    }

    private static async Task<HttpResponseMessage> SendAsync(ApiUnderTest api, string method, string path, string header)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (method == "POST")
        {
            request.Content = Json("{}");
        }

        var (name, value) = (header.Split(": ")[0], header[(header.IndexOf(": ", StringComparison.Ordinal) + 2)..]);
        request.Headers.TryAddWithoutValidation(name, value);
        return await api.Client().SendAsync(request);
    }

    private static StringContent Json(string body) => new(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
}
