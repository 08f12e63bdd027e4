using Orion.Sink.Events;
using Orion.Sink.Facts;
using Orion.Sink.Reading;
using Orion.Sink.Segments;
using Orion.Sink.Sql;

namespace Orion.Sink.Tests;

public sealed class EventTests
{
    [Fact]
    public async Task A_business_event_comes_back_with_all_it_was_given()
    {
        await using var test = new TestSink();
        var item = new BusinessEvent
        {
            Type = "order.requested",
            Service = "api",
            EntityType = "order",
            EntityId = "or_1",
            User = "u1",
            Tenant = "acme",
            Action = "request",
            Details = "{\"slots\":1}",
            Success = false,
            CorrelationId = "c1",
            TraceId = "5b8efff798038103d269b633813fc60c",
        };
        test.Sink.LogEvent(item);
        test.Sink.LogEvent(new BusinessEvent { Type = "other", Service = "api" });
        await test.Sink.FlushAsync();

        var order = new EventQuery { EntityId = "or_1", Tenant = "acme", Type = "order.requested" };
        Assert.Equivalent(item, Assert.Single(await test.Reader.EventsAsync(order)), strict: true);
        Assert.Equal(["other", "order.requested"], (await test.Reader.EventsAsync(new EventQuery())).Select(e => e.Type));
        Assert.Equal("order.requested", Assert.Single(await test.Reader.EventsAsync(new EventQuery { Offset = 1 })).Type);
        Assert.Equal("order.requested", Assert.Single(await test.Reader.EventsAsync(new EventQuery { Success = false })).Type);
        Assert.Equal("other", Assert.Single(await test.Reader.EventsAsync(new EventQuery { Success = true })).Type);
        Assert.Equal(new LossRow("api", "events", 2, 2, 0, 0, 0), await test.LossAsync("events"));
    }

    [Fact]
    public async Task Tracked_events_are_counted_by_name_and_user()
    {
        await using var test = new TestSink();
        for (var i = 0; i < 250; i++)
        {
            test.Sink.Track("page_viewed", user: $"u{i % 10}", tenant: "acme", new KeyValuePair<string, object?>("page", $"/{i}"),
                new("n", 1.5));
        }

        test.Sink.Track("signed_up");
        await test.Sink.FlushAsync();
        var counts = await test.Reader.TrackedAsync(test.Time.GetUtcNow(), test.Time.GetUtcNow().AddMinutes(1));
        Assert.Equal([new EventCount("page_viewed", 250, 10), new EventCount("signed_up", 1, 0)], counts);
        using var database = Database.OpenReader(SegmentFiles.CentralPath(test.Directory));
        using var rows = database.Prepare("SELECT properties FROM _orion_events ORDER BY id LIMIT 1");
        Assert.True(rows.Step());
        Assert.Equal("{\"n\":1.5,\"page\":\"/0\"}", rows.Text(0));
    }

    [Fact]
    public async Task Facts_are_copied_once_however_often_they_come()
    {
        await using var test = new TestSink();
        Assert.Equal(0, await test.Reader.LastFactAsync());
        var first = new FactRow(
            1, test.Time.GetUtcNow(), "order.requested", "order/or_1", "t1", "{}", "5b8efff798038103d269b633813fc60c", "c1");
        Assert.True(await test.Sink.CopyFactsAsync([first]));
        Assert.True(await test.Sink.CopyFactsAsync(
            [first with { Type = "changed" }, first with { Position = 2, Type = "order.provisioned" }]));

        Assert.Equal(2, await test.Reader.LastFactAsync());
        var facts = await test.Reader.FactsAsync("order/or_1");
        Assert.Equal(["order.requested", "order.provisioned"], facts.Select(f => f.Type));
        Assert.Equal(first, facts[0]);
    }

    [Fact]
    public async Task A_failing_store_reaches_no_caller_and_is_counted()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.File("telemetry"), "a file where the folder belongs");
        await using var sink =
            new TelemetrySink(new TelemetrySinkOptions { Directory = folder.File("telemetry"), Process = "api" }, TimeProvider.System);
        sink.LogEvent(new BusinessEvent { Type = "x", Service = "api" });
        sink.Track("x");
        sink.Metrics.RecordSimple("x", 1);
        Assert.False(await sink.CopyFactsAsync([]));
        await sink.FlushAsync();

        // The folder becomes usable: writing resumes, and the account tells what was lost.
        File.Delete(folder.File("telemetry"));
        sink.Track("x");
        await sink.FlushAsync();
        await using var reader = new TelemetryReader(folder.File("telemetry"), TimeProvider.System);
        var loss = await reader.LossAsync();
        Assert.Equal((1, 0), Figures(loss, "events"));
        Assert.Equal((1, 0), Figures(loss, "metrics"));
        Assert.Equal((1, 1), Figures(loss, "tracked"));
    }

    private static (long Dropped, long Stored) Figures(IReadOnlyList<LossRow> loss, string stream)
    {
        var row = loss.Single(l => l.Stream == stream);
        return (row.Dropped, row.Stored);
    }
}
