using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Orion.Sink.Audit;
using Orion.Sink.Reading;
using Orion.Store.Audit;
using OrionPlatform.Tests;

namespace OrionPlatform.Services.Tests;

/// <summary>Every change that a caller was told of is in the audit log, once.</summary>
public sealed class AuditTests
{
    private const string Body = """{"runtime":"sleeper","slots":1}""";

    [Fact]
    public async Task A_change_has_one_entry_and_what_changed_nothing_has_none()
    {
        await using var api = await ApiUnderTest.StartAsync();
        var acme = api.Tenant("acme");
        var id = await acme.RequestAsync();
        for (var i = 0; i < 3; i++)
        {
            using var same = Calls.Post(Body, "the-same-key");
            (await acme.SendAsync(same)).Dispose();
            await acme.ReleaseAsync(id);
        }

        using var unknown = await acme.DeleteAsync(new Uri("allocations/al_00000000000000000000000000000000", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);

        var entries = await AuditedAsync(api, 3);
        Assert.Equal(["allocation.requested", "allocation.requested", "allocation.release_requested"], entries.Select(e => e.Action));
        Assert.All(entries, e => Assert.StartsWith("ak_", e.User, StringComparison.Ordinal));
        Assert.Equal((null, "requested"), Change(entries[0]));
        Assert.Equal(("requested", "releasing"), Change(entries[2]));
        Assert.Contains(id, entries[2].Metadata, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Callers_do_not_wait_for_a_telemetry_store_that_is_held_and_no_entry_is_lost()
    {
        await using var api = await ApiUnderTest.StartAsync();
        var acme = api.Tenant("acme");
        List<string> ids = [];
        using (new HeldDatabase(Path.Combine(api.Folder, "telemetry", "telemetry.db")))
        {
            for (var i = 0; i < 25; i++)
            {
                ids.Add(await acme.RequestAsync());
            }
        }

        var entries = await AuditedAsync(api, ids.Count);
        Assert.Equal(ids, entries.Select(e => JsonDocument.Parse(e.Metadata!).RootElement.GetProperty("allocation_id").GetString()));
    }

    [Fact]
    public async Task An_entry_on_its_way_has_no_secret_in_it()
    {
        const string Secret = "ghp_abcdefghijklmnopqrstuvwxyz0123456789";
        await using var api = await ApiUnderTest.StartAsync();
        var acme = api.Tenant("acme");
        using (new HeldDatabase(Path.Combine(api.Folder, "telemetry", "telemetry.db")))
        {
            using var request = Calls.Post(Body, Secret);
            request.Headers.Add("X-Correlation-ID", Secret);
            using var made = await acme.SendAsync(request);
            Assert.Equal(HttpStatusCode.Created, made.StatusCode);

            // On PostgreSQL it is given once nothing older is under way, and other tests write to the same server.
            IReadOnlyList<AuditOutboxEntry> entries = [];
            await Eventually.TrueAsync(
                async () => (entries = await api.Store.ReadAsync(tx => tx.AuditOutboxAsync(10))).Count > 0, "the entry is settled");
            var waiting = Assert.Single(entries);
            Assert.Contains("allocation.requested", waiting.Entry, StringComparison.Ordinal);
            Assert.DoesNotContain(Secret, waiting.Entry, StringComparison.Ordinal);
        }
    }

    private static (string? From, string? To) Change(AuditEntry entry)
    {
        var metadata = JsonDocument.Parse(entry.Metadata!).RootElement;
        return (metadata.TryGetProperty("status_from", out var from) ? from.GetString() : null,
            metadata.GetProperty("status_to").GetString());
    }

    private static async Task<IReadOnlyList<AuditEntry>> AuditedAsync(ApiUnderTest api, int count)
    {
        var reader = api.App.Services.GetRequiredService<TelemetryReader>();
        IReadOnlyList<AuditEntry> entries = [];
        await Eventually.TrueAsync(
            async () => (entries = await reader.AuditAsync(new AuditQuery { Component = "api", Order = AuditOrder.Oldest })).Count >= count,
            $"{count} audit entries");
        Assert.Equal(count, entries.Count);
        return entries;
    }
}
