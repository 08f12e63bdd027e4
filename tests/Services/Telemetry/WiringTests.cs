using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Orion.Sink;
using Orion.Sink.Audit;
using Orion.Sink.Events;
using Orion.Sink.Reading;
using OrionPlatform.Tests;

namespace OrionPlatform.Services.Tests;

/// <summary>What the running services leave in the sink beside their traces.</summary>
[Trait("Store", "once")]
public sealed class WiringTests
{
    [Fact]
    public async Task What_callers_did_and_were_refused_is_audited_and_counted()
    {
        await using var api = await ApiUnderTest.StartAsync();
        var acme = api.Tenant("acme");
        var id = await acme.RequestAsync();
        using (var first = Calls.Post("""{"runtime":"sleeper","slots":2}""", "same-key"))
        using (var again = Calls.Post("""{"runtime":"sleeper","slots":2}""", "same-key"))
        {
            (await acme.SendAsync(first)).Dispose();
            (await acme.SendAsync(again)).Dispose();
        }

        await acme.ReleaseAsync(id);
        using var refused = await api.Client("ok_unknown")
            .GetAsync(new Uri($"v1/projects/{api.ProjectOf("acme")}/allocations", UriKind.Relative));
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);

        var reader = api.App.Services.GetRequiredService<TelemetryReader>();
        await Eventually.TrueAsync(async () =>
            (await reader.AuditAsync(new AuditQuery { Component = "api" })).Count >= 4, "four audit entries");
        var entries = (await reader.AuditAsync(new AuditQuery { Component = "api", Order = AuditOrder.Oldest })).ToList();
        Assert.Equal(["allocation.release_requested", "allocation.requested", "allocation.requested", "key.refused"],
            entries.Select(e => e.Action).Order());
        var requested =
            Assert.Single(entries, e => e.Action == "allocation.requested" && e.Metadata!.Contains(id, StringComparison.Ordinal));
        Assert.Equal(("success", "acme"), (requested.Status, requested.Tenant));
        Assert.NotNull(requested.User);
        Assert.NotNull(requested.CorrelationId);
        Assert.Matches("^[0-9a-f]{32}$", requested.TraceId);
        Assert.Matches("\"idempotency_key_hash\":\"[0-9a-f]{16}\"", requested.Metadata);
        var key = Assert.Single(entries, e => e.Action == "key.refused");
        Assert.Equal(("error", "unauthenticated"), (key.Status, key.ErrorCode));
        Assert.DoesNotContain("ok_unknown", key.Metadata, StringComparison.Ordinal);

        await api.App.Services.GetRequiredService<TelemetrySink>().FlushAsync();
        var tracked = Assert.Single(await reader.TrackedAsync(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1)));
        Assert.Equal(new EventCount("allocation_requested", 2, 1), tracked);
    }

    [Fact]
    public async Task The_worker_copies_the_journals_facts_once_also_over_a_restart_and_tells_of_them()
    {
        await using var api = await ApiUnderTest.StartAsync();
        var acme = api.Tenant("acme");
        var first = await acme.RequestAsync();
        var reader = api.App.Services.GetRequiredService<TelemetryReader>();
        await using (ServiceProcess.Worker(api))
        {
            await CaughtUpAsync(api, reader);
        }

        var second = await acme.RequestAsync();
        await using (ServiceProcess.Worker(api))
        {
            await CaughtUpAsync(api, reader);
        }

        foreach (var id in new[] { first, second })
        {
            var journal = await api.Store.ReadAsync(tx => tx.FactsOfAsync("allocation/" + id));
            var copy = await reader.FactsAsync("allocation/" + id);
            Assert.NotEmpty(copy);

            // What was committed while the worker stopped waits for the next one.
            Assert.Equal(journal.Take(copy.Count)
                .Select(f => (f.Position, f.Fact.Type, f.TraceId)), copy.Select(f => (f.Position, f.Type, f.TraceId)));
            var events = await reader.EventsAsync(new EventQuery { EntityId = id });

            // An event follows its fact's copy and is best effort: one may be lost with the worker that stopped, none is told twice.
            Assert.Contains("allocation.requested", events.Select(e => e.Type));
            Assert.Distinct(events.Select(e => e.Type));
            Assert.Subset(copy.Select(f => f.Type).ToHashSet(), events.Select(e => e.Type).ToHashSet());
            Assert.All(events, e => Assert.Equal(("worker", "allocation"), (e.Service, e.EntityType)));
        }

        Assert.NotEmpty(
            await reader.MetricAsync("orion.replication.lag", DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1)));
    }

    private static Task CaughtUpAsync(ApiUnderTest api, TelemetryReader reader) => Eventually.TrueAsync(
        async () =>
        {
            var copied = await reader.LastFactAsync();
            return copied > 0 && (await api.Store.ReadAsync(tx => tx.FactsSinceAsync(copied, 1))).Count == 0;
        },
        "all facts in the reporting copy",
        TimeSpan.FromSeconds(60));
}
