using Microsoft.Extensions.DependencyInjection;
using Orion.Sink.Audit;
using Orion.Sink.Reading;
using Orion.Telemetry.Audit;
using Orion.Telemetry.Tracing;

namespace Orion.Telemetry.Tests;

public sealed class AuditTests
{
    [Fact]
    public async Task Metadata_with_a_key_that_is_not_on_the_list_is_refused_by_its_name_and_nothing_is_stored()
    {
        using var folder = new TempFolder();
        await using var app = await StartAsync(folder);
        var telemetry = app.Services.GetRequiredService<TelemetryWriter>();

        var refused = await Assert.ThrowsAsync<AuditMetadataException>(
            () => telemetry.AuditAsync(Entry("""{"reason":"quota","card_number":"1"}""")));
        Assert.Contains("'card_number'", refused.Message, StringComparison.Ordinal);
        Assert.Throws<AuditMetadataException>(() => AuditMetadata.Of(("password", "x")));
        await Assert.ThrowsAsync<AuditMetadataException>(() => telemetry.AuditAsync(Entry("[1]")));
        Assert.Throws<AuditMetadataException>(() => AuditMetadata.Of(("order_id", "or_1")));
        Assert.Throws<ArgumentException>(() => AuditMetadata.Allow("order_id", "Order Id"));
        AuditMetadata.Allow("order_id");
        await telemetry.AuditAsync(Entry(AuditMetadata.Of(
            ("reason", "asked by mail canary-one@example.com"), ("old_value", null), ("order_id", "or_019356b4c0159b5c7c3a9d0e4f6a8b2c"))));

        var stored = Assert.Single(await app.Services.GetRequiredService<TelemetryReader>().AuditAsync(new AuditQuery()));
        Assert.Equal("""{"reason":"asked by mail [REDACTED]","order_id":"or_019356b4c0159b5c7c3a9d0e4f6a8b2c"}""", stored.Metadata);
    }

    [Fact]
    public async Task Refusals_are_kept_up_to_a_limit_a_minute_and_acts_always()
    {
        using var folder = new TempFolder();
        await using var app = await StartAsync(folder);
        var trail = app.Services.GetRequiredService<AuditTrail>();
        await Task.WhenAll(Enumerable.Range(0, AuditTrail.RefusalsPerMinute + 50).Select(_ => trail.RefusedAsync(Entry(null))));
        await trail.DoneAsync(Entry(null));

        var reader = app.Services.GetRequiredService<TelemetryReader>();
        var refused = (await reader.AuditAsync(new AuditQuery { Status = "error", Limit = 1_000 })).Count;
        Assert.InRange(refused, AuditTrail.RefusalsPerMinute, AuditTrail.RefusalsPerMinute + 50 - 1);
        Assert.Single(await reader.AuditAsync(new AuditQuery { Status = "success" }));
        Assert.Single(app.Logs, l => l.Message.Contains("refusals within a minute", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_entry_as_text_is_redacted_and_comes_back_as_it_was_kept()
    {
        using var folder = new TempFolder();
        await using var app = await StartAsync(folder);
        var text = app.Services.GetRequiredService<AuditEntries>().Text(new AuditEntry
        {
            Component = "test",
            Action = "thing.done",
            User = "canary-two@example.com",
            Parameters = "{\"password\":\"canary-three\"}",
            Duration = TimeSpan.FromSeconds(2),
            Metadata = AuditMetadata.Of(("status_from", "old"), ("status_to", "ghp_abcdefghijklmnopqrstuvwxyz0123456789")),
        });

        Assert.DoesNotMatch("canary|ghp_", text);
        var entry = AuditEntries.Parse(text);
        Assert.Equal(("test", "thing.done", TimeSpan.FromSeconds(2)), (entry.Component, entry.Action, entry.Duration));
        Assert.Equal("""{"status_from":"old","status_to":"[REDACTED]"}""", entry.Metadata);
        Assert.NotNull(entry.Time);
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public async Task What_the_outbox_cannot_take_goes_straight_into_the_log(bool takes, int logged)
    {
        using var folder = new TempFolder();
        var outbox = new Outbox(takes);
        await using var app = await TestApp.StartAsync(
            configure: builder => builder.Services.AddSingleton<IAuditOutbox>(outbox),
            settings: [("ConnectionStrings:telemetry", $"Directory={folder.Path}"), ("OTEL_SERVICE_NAME", "things")]);
        await app.Services.GetRequiredService<AuditTrail>().DoneAsync(Entry(null));

        Assert.Equal("thing.done", AuditEntries.Parse(Assert.Single(outbox.Offered)).Action);
        Assert.Equal(logged, (await app.Services.GetRequiredService<TelemetryReader>().AuditAsync(new AuditQuery())).Count);
    }

    private sealed class Outbox(bool takes) : IAuditOutbox
    {
        public List<string> Offered { get; } = [];

        public Task<bool> TryAddAsync(string entry)
        {
            Offered.Add(entry);
            return Task.FromResult(takes);
        }
    }

    private static AuditEntry Entry(string? metadata) => new() { Component = "test", Action = "thing.done", Metadata = metadata };

    private static Task<TestApp> StartAsync(TempFolder folder) =>
        TestApp.StartAsync(settings: [("ConnectionStrings:telemetry", $"Directory={folder.Path}"), ("OTEL_SERVICE_NAME", "things")]);
}
