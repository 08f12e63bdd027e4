using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Orion.Sink.Reading;
using Orion.Sink.Rows;
using Orion.Store;
using Orion.Store.Journal;
using OrionPlatform.Api;
using OrionPlatform.Domain;
using OrionPlatform.Tests;

namespace OrionPlatform.Services.Tests;

/// <summary>
/// An allocation's live stream: every state once and in order, to its tenant alone, and a repaint that links to its cause.
/// </summary>
public sealed class LiveTests(SharedApi shared) : IClassFixture<SharedApi>
{
    private readonly ApiUnderTest _api = shared.Api;

    [Fact]
    public async Task What_it_is_comes_at_once_then_every_change_and_the_end_with_the_last()
    {
        var acme = _api.Tenant("acme");
        var id = await acme.RequestAsync();
        await using var live = await EventStream.OpenAsync(acme, $"allocations/{id}/live");
        Assert.Equal((await acme.GetAllocationAsync(id)).GetRawText(), (await live.NextAsync()).Data);

        await BeginAsync(id);
        Assert.Equal("provisioning", State((await live.NextAsync()).Data));

        // Nobody who looks only now and then would see these three apart.
        await ActivateAsync(id);
        await ReleaseAsync(id);
        await EndAsync(id);
        Assert.Equal(["active", "releasing", "released"],
            [State((await live.NextAsync()).Data), State((await live.NextAsync()).Data), State((await live.NextAsync()).Data)]);
        await live.EndAsync();
    }

    [Fact]
    public async Task Who_comes_back_gets_what_came_in_between_once_and_in_the_end_is_told_to_stay_away()
    {
        var acme = _api.Tenant("acme");
        var id = await acme.RequestAsync();
        string first;
        await using (var live = await EventStream.OpenAsync(acme, $"allocations/{id}/live"))
        {
            first = (await live.NextAsync()).EventId!;
        }

        await BeginAsync(id);
        await ActivateAsync(id);
        string last;
        await using (var live = await EventStream.OpenAsync(acme, $"allocations/{id}/live", ("Last-Event-ID", first)))
        {
            Assert.Equal("provisioning", State((await live.NextAsync()).Data));
            Assert.Equal("active", State((await live.NextAsync()).Data));
            await ReleaseAsync(id);
            Assert.Equal("releasing", State((await live.NextAsync()).Data));
            await EndAsync(id);
            last = (await live.NextAsync()).EventId!;
        }

        using var over = await SendAsync(acme, id, last);
        Assert.Equal(HttpStatusCode.NoContent, over.StatusCode);
        Assert.Equal(["requested", "provisioning", "active", "releasing", "released"], await AllAsync(acme, id, "0"));
        Assert.Equal(["released"], await AllAsync(acme, id, null));

        // A position that is no fact of this allocation, say of a database that was put back: what it is now.
        Assert.Equal(["released"], await AllAsync(acme, id, "999999999"));
    }

    [Fact]
    public async Task Each_change_is_a_repaint_that_links_to_the_span_that_made_it()
    {
        var acme = _api.Tenant("acme");
        var id = await acme.RequestAsync();
        var cause = default(ActivityContext);
        await using (var live = await EventStream.OpenAsync(acme, $"allocations/{id}/live", ("X-Correlation-ID", "live-" + id)))
        {
            await live.NextAsync();
            using (var change = new Activity("change").SetIdFormat(ActivityIdFormat.W3C).Start())
            {
                change.SetCustomProperty(Cause.CorrelationIdProperty, "c-" + id);
                cause = change.Context;
                await BeginAsync(id);
            }

            await live.NextAsync();
        }

        var reader = _api.App.Services.GetRequiredService<TelemetryReader>();
        var painted = await StoredAsync(reader, "allocation.provisioning", "c-" + id);
        var paint = (await reader.StoryAsync(painted.TraceId))!.Traces.SelectMany(t => t.Lines).Single();
        Assert.Equal(new SpanLink(cause.TraceId, cause.SpanId), Assert.Single(paint.Links));
        Assert.Equal(("paint GET /v1/projects/{projectId}/allocations/{id}/live", "live", "acme", "c-" + id),
            (paint.Name, paint.Surface, paint.Tenant, paint.CorrelationId));
        Assert.Equal(("allocation.provisioning", "allocation/" + id), (Text(paint, "event.type"), Text(paint, "subject")));
        Assert.Equal(default, paint.ParentSpanId);

        // The stream itself is a request that took as long as somebody looked: it is none of those that the objectives are about.
        var request = await StoredAsync(reader, LiveAllocation.Route, "live-" + id);
        Assert.Equal(("live", 200, "ok"), (request.Surface, request.StatusCode, request.Outcome));
        Assert.Contains(request.SpanId.ToHexString(), Text(paint, "messaging.destination.subscription.name"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_is_revoked_is_sent_nothing_more()
    {
        var members = _api.App.Services.GetRequiredService<Members>();
        var tenant = await members.EnsureTenantAsync("acme");
        var key = await members.CreateApiKeyAsync(tenant.TenantId, "viewer");
        var viewer = _api.Client(key);
        viewer.BaseAddress = _api.Tenant("acme").BaseAddress;
        var id = await _api.Tenant("acme").RequestAsync();
        await using var live = await EventStream.OpenAsync(viewer, $"allocations/{id}/live");
        await live.NextAsync();

        await members.RevokeApiKeyAsync((await members.AuthenticateAsync(key))!.ApiKeyId);
        await BeginAsync(id);

        await live.EndAsync();
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("soon")]
    [InlineData("99999999999999999999")]
    public async Task A_Last_Event_ID_that_no_event_can_have_is_refused(string lastEventId)
    {
        var acme = _api.Tenant("acme");
        using var answer = await SendAsync(acme, await acme.RequestAsync(), lastEventId);
        await Calls.IsProblemAsync(answer, 400, "invalid_field", "Last-Event-ID");
    }

    [Fact]
    public async Task A_tenant_has_so_many_streams_and_no_more_and_a_seat_is_free_when_its_client_left()
    {
        await using var api =
            await ApiUnderTest.StartAsync(null, "Development", "--Orion:Live:MaxStreamsPerTenant=1", "--Orion:Live:MaxStreams=2");
        var (acme, globex) = (api.Tenant("acme"), api.Tenant("globex"));
        var (one, other) = (await acme.RequestAsync(), await globex.RequestAsync());
        var first = await EventStream.OpenAsync(acme, $"allocations/{one}/live");

        using var second = await SendAsync(acme, one, null);
        await Calls.IsProblemAsync(second, 429, "too_many_streams", "At most 1 ");
        Assert.NotNull(second.Headers.RetryAfter?.Delta);
        await using var neighbour = await EventStream.OpenAsync(globex, $"allocations/{other}/live");

        await first.DisposeAsync();
        var live = api.App.Services.GetRequiredService<LiveAllocation>();
        await Eventually.TrueAsync(() => live.Open == 1, "the seat is free");
        await using var again = await EventStream.OpenAsync(acme, $"allocations/{one}/live");
    }

    [Fact]
    public async Task A_stream_ends_after_its_life_and_when_the_api_stops()
    {
        await using (var brief = await ApiUnderTest.StartAsync(null, "Development", "--Orion:Live:Life=00:00:01"))
        {
            var acme = brief.Tenant("acme");
            await using var live = await EventStream.OpenAsync(acme, $"allocations/{await acme.RequestAsync()}/live");
            await live.NextAsync();
            await live.EndAsync();
            var pulse = brief.App.Services.GetRequiredService<JournalNotifier>();
            await Eventually.TrueAsync(() => !pulse.IsWatched, "nobody is watched for");
        }

        await using var api = await ApiUnderTest.StartAsync();
        var tenant = api.Tenant("acme");
        await using var cut = await EventStream.OpenAsync(tenant, $"allocations/{await tenant.RequestAsync()}/live");
        await cut.NextAsync();
        await api.App.StopAsync();
        await cut.EndAsync();
    }

    private static string State(string data) => JsonDocument.Parse(data).RootElement.GetProperty("state").GetString()!;

    private static string Text(CanonicalLine line, string attribute) =>
        line.Attributes.FirstOrDefault(a => a.Key == attribute).Value as string ?? "";

    private static Task<HttpResponseMessage> SendAsync(HttpClient tenant, string id, string? lastEventId)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"allocations/{id}/live");
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        return tenant.SendAsync(request);
    }

    /// <summary>The states that a stream which ends sends.</summary>
    private static async Task<IReadOnlyList<string>> AllAsync(HttpClient tenant, string id, string? lastEventId)
    {
        using var answer = await SendAsync(tenant, id, lastEventId);
        var text = await answer.Content.ReadAsStringAsync();
        return [.. text.Split('\n').Where(l => l.StartsWith("data: ", StringComparison.Ordinal)).Select(l => State(l[6..]))];
    }

    private static async Task<CanonicalLine> StoredAsync(TelemetryReader reader, string route, string correlationId)
    {
        CanonicalLine? line = null;
        await Eventually.TrueAsync(
            async () =>
            {
                var lines = (await reader.LinesAsync(new TraceQuery { Route = route, Limit = 100 })).Items;
                return (line = lines.FirstOrDefault(l => l.CorrelationId == correlationId)) is not null;
            },
            $"a line of {route} is stored");
        return line!;
    }

    private Task<Allocation?> BeginAsync(string id) => _api.Store.WriteAsync(tx => Domain.Allocations.BeginProvisioningAsync(tx, id));

    private Task<Allocation?> ActivateAsync(string id) =>
        _api.Store.WriteAsync(tx => Domain.Allocations.ActivateAsync(tx, id));

    private Task<Allocation?> ReleaseAsync(string id) =>
        _api.Store.WriteAsync(tx => Domain.Allocations.BeginReleaseAsync(tx, _api.ProjectOf("acme"), id));

    private Task<Allocation?> EndAsync(string id) => _api.Store.WriteAsync(tx => Domain.Allocations.ReleasedAsync(tx, id));
}
