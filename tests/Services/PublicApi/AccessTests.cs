using System.Net;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OrionPlatform.Domain;
using OrionPlatform.Tests;

namespace OrionPlatform.Services.Tests;

/// <summary>Who may do what; and that nothing is open by oversight.</summary>
[Trait("Store", "once")]
public sealed class AccessTests(SharedApi shared) : IClassFixture<SharedApi>
{
    private readonly ApiUnderTest _api = shared.Api;

    [Fact]
    public async Task Every_endpoint_says_who_may_use_it()
    {
        using var folder = new TempFolder();
        await using var app = Api.Program.Build(ApiUnderTest.Arguments(folder.Path));
        var endpoints = ((IEndpointRouteBuilder)app).DataSources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>().ToList();

        Assert.True(endpoints.Count > 10);
        Assert.All(endpoints, e => Assert.True(
            e.Metadata.GetMetadata<IAllowAnonymous>() is not null || e.Metadata.GetMetadata<AuthorizationPolicy>() is not null
                || e.Metadata.GetOrderedMetadata<IAuthorizeData>().Any(a => a.Policy is not null),
            $"{e.RoutePattern.RawText} names no policy."));
    }

    [Fact]
    public async Task An_endpoint_without_a_policy_is_closed_to_everyone()
    {
        using var folder = new TempFolder();
        await using var app = Api.Program.Build(ApiUnderTest.Arguments(folder.Path));
        app.MapGet("/forgotten", () => "open");
        await app.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        using var anonymous = await client.GetAsync(new Uri("forgotten", UriKind.Relative));
        await Calls.IsProblemAsync(anonymous, 401, "unauthenticated");

        var tenant = await app.Services.GetRequiredService<Members>().EnsureTenantAsync("initech");
        client.DefaultRequestHeaders.Authorization = new("Bearer", tenant.ApiKey);
        using var known = await client.GetAsync(new Uri("forgotten", UriKind.Relative));
        await Calls.IsProblemAsync(known, 403, "forbidden");
        await app.StopAsync();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("ok_unknown")]
    [InlineData("nonsense")]
    public async Task Without_a_valid_key_nothing_is_answered(string? key)
    {
        using var answer = await _api.Client(key).GetAsync(
            new Uri($"v1/projects/{_api.ProjectOf("acme")}/{AnySlice.Path}", UriKind.Relative));
        await Calls.IsProblemAsync(answer, 401, "unauthenticated");
        Assert.NotEmpty(answer.Headers.WwwAuthenticate);
    }

    [Fact]
    public async Task Another_tenants_project_is_not_there()
    {
        using var answer = await _api.Tenant("acme").GetAsync(new Uri(_api.Tenant("globex").BaseAddress!, AnySlice.Path));
        await Calls.IsProblemAsync(answer, 404, "project_not_found");
    }

    [Fact]
    public async Task A_viewer_reads_and_does_not_write()
    {
        var members = _api.App.Services.GetRequiredService<Members>();
        var tenant = await members.EnsureTenantAsync("acme");
        var viewer = _api.Client(await members.CreateApiKeyAsync(tenant.TenantId, "viewer"));
        viewer.BaseAddress = _api.Tenant("acme").BaseAddress;
        using var list = await viewer.GetAsync(new Uri(AnySlice.Path, UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, list.StatusCode);
        using var request = Calls.Post(AnySlice.Body);
        using var refused = await viewer.SendAsync(request);
        await Calls.IsProblemAsync(refused, 403, "forbidden");
    }

    [Fact]
    public async Task A_route_that_is_not_there_is_not_found_and_a_wrong_method_is_named()
    {
        using var missing = await _api.Client().GetAsync(new Uri("v2/anything", UriKind.Relative));
        await Calls.IsProblemAsync(missing, 404, "not_found");
        using var method = await _api.Tenant("acme").PutAsync(new Uri(AnySlice.Path, UriKind.Relative), null);
        await Calls.IsProblemAsync(method, 405, "method_not_allowed");
    }
}
