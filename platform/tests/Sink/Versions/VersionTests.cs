using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Orion.Sink.Alerts;
using Orion.Sink.Audit;
using Orion.Sink.Central;
using Orion.Sink.Events;
using Orion.Sink.Facts;
using Orion.Sink.Reading;
using Orion.Sink.Rows;
using Orion.Sink.Segments;
using Orion.Sink.Sql;

namespace Orion.Sink.Tests;

/// <summary>Files of an earlier version are read and brought forward with all their rows; files of a newer one are left alone.</summary>
public sealed class VersionTests
{
    [Fact]
    public async Task Yesterdays_segment_of_version_1_is_read_and_left_as_it_is()
    {
        await using var test = new TestSink();
        var path = SegmentFiles.SegmentPath(test.Directory, UnixTime.DayOf(test.Now).AddDays(-1), "api");
        FrozenFile.Segment(path, test.Now - UnixTime.Day);
        var bytes = await File.ReadAllBytesAsync(path);
        test.Sink.Record(test.Line("/v1/new"));
        await test.Sink.FlushAsync();

        await AssertOldRowsAsync(test);
        Assert.Equal(["/v1/new", "/v1/other", "/v1/old"], (await test.Reader.LinesAsync(new TraceQuery())).Items.Select(l => l.Route));
        Assert.Equal(1, FrozenFile.Version(path));
        Assert.Equal(bytes, await File.ReadAllBytesAsync(path));
    }

    [Fact]
    public async Task Todays_segment_of_version_1_is_brought_forward_with_all_its_rows_and_written_on()
    {
        await using var test = new TestSink();
        var path = SegmentFiles.SegmentPath(test.Directory, UnixTime.DayOf(test.Now), "api");
        FrozenFile.Segment(path, test.Now);
        var again = test.Line("/v1/old");
        again.StartUnixNanos = test.Now + UnixTime.Minute;
        test.Sink.Record(again);
        test.Sink.Record(test.Log("new"));
        await test.Sink.FlushAsync();

        await AssertOldRowsAsync(test, lines: 3);
        Assert.Equal(3, (await test.Reader.LogsAsync(new LogQuery())).Items.Count);
        Assert.Equal(SegmentSchema.Versions.Newest, FrozenFile.Version(path));
    }

    [Fact]
    public async Task The_central_file_of_version_1_is_brought_forward_with_all_its_rows_and_written_on()
    {
        using var folder = new TempFolder();
        var time = new FakeTimeProvider(TestSink.Start);
        var now = UnixTime.Nanos(time.GetUtcNow());
        FrozenFile.Central(SegmentFiles.CentralPath(folder.Path), now);
        await using var reader = new TelemetryReader(folder.Path, time);
        await AssertOldCentralAsync(reader, time);
        await using (var sink = new TelemetrySink(new TelemetrySinkOptions { Directory = folder.Path, Process = "api" }, time))
        {
            sink.Track("new_viewed");
            Assert.True(await sink.ResolveAlertAsync("old-rule", "api"));
            Assert.True(await sink.CopyFactsAsync(
                [new FactRow(18, time.GetUtcNow(), "thing.moved", "thing/th_1", null, "{}", null, null)]));
            await sink.Audit.LogAsync(new AuditEntry { Component = "x", Action = "y" });
            await sink.FlushAsync();
        }

        Assert.Equal(CentralSchema.Versions.Newest, FrozenFile.Version(SegmentFiles.CentralPath(folder.Path)));
        using (var central = Database.OpenReader(SegmentFiles.CentralPath(folder.Path)))
        {
            Assert.Equal(CentralSchema.Versions.Newest,
                central.QueryLong("SELECT value FROM _observability_metadata WHERE key = 'schema_version'"));
            Assert.Equal(1, central.QueryLong("SELECT count(*) FROM rollup_checks"));
        }

        Assert.Equal(2, (await reader.AuditAsync(new AuditQuery())).Count);
        Assert.Equal(2, (await reader.FactsAsync("thing/th_1")).Count);
        Assert.Equal(["new_viewed", "old_viewed"], (await reader.TrackedAsync(time.GetUtcNow(), time.GetUtcNow().AddSeconds(1)))
            .Select(e => e.Name));
        Assert.Equal(AlertState.Resolved, Assert.Single(await reader.AlertsAsync(openOnly: false)).State);
        Assert.Equal(3, (await reader.OverviewAsync(TimeSpan.FromMinutes(5))).PublicApi.Count);
    }

    [Fact]
    public async Task A_timeline_is_the_same_before_and_after_the_central_file_of_version_1_is_brought_forward()
    {
        using var folder = new TempFolder();
        var time = new FakeTimeProvider(TestSink.Start);
        var now = UnixTime.Nanos(time.GetUtcNow());
        var path = SegmentFiles.CentralPath(folder.Path);
        FrozenFile.Central(path, now);
        using (var old = Database.OpenWriter(path, 1_000, 1_000))
        {
            // A minute whose series agree on their percentile, one whose series do not, one of which everything was left out, and another
            // process's.
            old.Execute(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"""
                INSERT INTO rollup_series VALUES (4, 'api', 1, '', 'public', '', '~'), (5, 'api', 1, '', 'ops', '', ''),
                    (6, 'api-2', 1, '', 'public', '', '~');
                INSERT INTO rollups_minute VALUES (4, {now}, 5, 2, 500, 100.0, x'6405'),
                    (2, {now - UnixTime.Minute}, 10, 1, 100, 10.0, x'0A0A'), (4, {now - UnixTime.Minute}, 90, 0, 1800, 20.0, x'145A'),
                    (4, {now - (2 * UnixTime.Minute)}, 1, 1, 30, 30.0, x'1E01'), (5, {now}, 1000, 0, 0, 0.0, x'00'),
                    (6, {now}, 100, 3, 5000, 50.0, x'3264');
                """));
        }

        await using var reader = new TelemetryReader(folder.Path, time);
        var before = (await reader.OverviewAsync(TimeSpan.FromMinutes(4))).Minutes;
        CentralSchema.Versions.OpenWriter(path, 1_000, 1_000).Dispose();
        var after = (await reader.OverviewAsync(TimeSpan.FromMinutes(4))).Minutes;

        Assert.Equal([(0L, 0L, 0.0), (1, 1, 30e-6), (100, 1, 20e-6), (108, 6, 100e-6)], before.Select(m => (m.Count, m.Errors, m.P95Ms)));
        Assert.Equal(before, after);
        using var central = Database.OpenReader(path);
        Assert.Equal(5, central.QueryLong("SELECT count(*) FROM surfaces_minute"));
        Assert.Equal(1, central.QueryLong("SELECT count(*) FROM surfaces_minute WHERE p95_ns IS NULL"));
    }

    [Fact]
    public async Task A_file_that_was_brought_forward_has_the_schema_of_a_new_one()
    {
        await using var test = new TestSink();
        test.Sink.Record(test.Line());
        await test.Sink.FlushAsync();
        using var folder = new TempFolder();
        FrozenFile.Segment(folder.File("segment.db"), 1);
        FrozenFile.Central(folder.File("central.db"), 1);
        SegmentSchema.Versions.OpenWriter(folder.File("segment.db"), 1_000, 1_000).Dispose();
        CentralSchema.Versions.OpenWriter(folder.File("central.db"), 1_000, 1_000).Dispose();

        // A difference means that a released step was changed: what is to be different belongs into a further step.
        Assert.Equal(FrozenFile.Schema(SegmentFiles.SegmentPath(test.Directory, UnixTime.DayOf(test.Now), "api")),
            FrozenFile.Schema(folder.File("segment.db")));
        Assert.Equal(FrozenFile.Schema(SegmentFiles.CentralPath(test.Directory)), FrozenFile.Schema(folder.File("central.db")));
    }

    [Fact]
    public void A_step_that_fails_leaves_the_file_as_it_was()
    {
        using var folder = new TempFolder();
        FrozenFile.Segment(folder.File("segment.db"), 1);
        var before = FrozenFile.Schema(folder.File("segment.db"));
        var steps = new SchemaVersions(
            "", "CREATE TABLE half (x); DROP TABLE logs;", "CREATE TABLE done (x); INSERT INTO nowhere VALUES (1);");

        Assert.Throws<SqliteFailure>(() => steps.OpenWriter(folder.File("segment.db"), 1_000, 1_000));

        Assert.Equal(1, FrozenFile.Version(folder.File("segment.db")));
        Assert.Equal(before, FrozenFile.Schema(folder.File("segment.db")));
    }

    [Fact]
    public async Task A_process_that_is_killed_while_it_brings_a_file_forward_leaves_the_old_file()
    {
        using var folder = new TempFolder();
        var path = folder.File("segment.db");
        FrozenFile.Segment(path, 1);
        var before = FrozenFile.Schema(path);
        string[] arguments = [typeof(VersionTests).Assembly.Location, "endless-step", path];
        using (var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { UseShellExecute = false })!)
        {
            // The WAL is past what the step began with: pages of the unfinished transaction are on disk.
            await Eventually.TrueAsync(() =>
                new FileInfo(path + "-wal") is { Exists: true, Length: > 1_000_000 }, "the step wrote nothing");
            process.Kill();
            await process.WaitForExitAsync();
        }

        Assert.Equal(1, FrozenFile.Version(path));
        Assert.Equal(before, FrozenFile.Schema(path));
        using var database = SegmentSchema.Versions.OpenWriter(path, 1_000, 1_000);
        Assert.Equal((2, 2), (database.QueryLong("SELECT count(*) FROM canonical_lines"), database.QueryLong("SELECT count(*) FROM logs")));
    }

    [Fact]
    public async Task A_newer_central_file_is_refused_by_name_and_left_untouched()
    {
        await using var test = new TestSink();
        await test.Sink.FlushAsync();
        await test.Sink.DisposeAsync();
        var path = SegmentFiles.CentralPath(test.Directory);
        using (var newer = Database.OpenWriter(path, 1_000, 1_000))
        {
            newer.Execute("PRAGMA user_version=99; PRAGMA journal_mode=DELETE");
        }

        var bytes = await File.ReadAllBytesAsync(path);
        await test.ReopenAsync();
        test.Sink.Track("lost");
        Assert.False(await test.Sink.CopyFactsAsync([]));
        await Assert.ThrowsAsync<AuditUnavailableException>(async () =>
            await test.Sink.Audit.LogAsync(new AuditEntry { Component = "x", Action = "y" }));
        await test.Sink.FlushAsync();
        var refused = await Assert.ThrowsAsync<TelemetryReadException>(() => test.Reader.AlertsAsync());
        await test.Sink.DisposeAsync();

        Assert.Equal($"telemetry.db has schema version 99; this program knows {CentralSchema.Versions.Newest}. The file is left as it is.",
            refused.Message);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(path));
    }

    private static async Task AssertOldRowsAsync(TestSink test, int lines = 2)
    {
        var all = await test.Reader.LinesAsync(new TraceQuery { To = test.Time.GetUtcNow().AddTicks(1).AddMinutes(lines - 2) });
        Assert.Empty(all.Skipped);
        var old = all.Items.Single(l => l.CorrelationId == "corr-1");
        Assert.Equal(("/v1/old", "acme", 2_000_000_000L, SpanStatus.Error, "internal"),
            (old.Route, old.Tenant, old.DurationNanos, old.Status, old.ErrorCode));
        Assert.Equal(("kept", "yes"), (old.Attributes.Single().Key, old.Attributes.Single().Value));
        Assert.Equal(("Old", 1), (old.Events.Single().Name, old.Links.Length));
        TraceQuery[] traces =
        [
            new() { Tenant = "acme" }, new() { ErrorsOnly = true }, new() { MinDuration = TimeSpan.FromSeconds(2) },
            new() { Service = "api", Route = "/v1/old", Tenant = "acme" },
        ];
        foreach (var query in traces)
        {
            Assert.Equal("corr-1", Assert.Single((await test.Reader.LinesAsync(query)).Items).CorrelationId);
        }

        LogQuery[] logs =
            [new() { MinLevel = LogLevel.Error }, new() { Tenant = "acme" }, new() { Text = "AN OLD" }, new() { TraceId = old.TraceId }];
        foreach (var query in logs)
        {
            Assert.Equal("an old message", Assert.Single((await test.Reader.LogsAsync(query)).Items).Message);
        }

        Assert.Equal("another old message",
            Assert.Single((await test.Reader.LogsAsync(new LogQuery { Service = "worker" })).Items).Message);
        Assert.Equal("api.old.load",
            (await test.Reader.StoryAsync(old.TraceId))!.Traces.Single(t => t.TraceId == old.TraceId).Spans.Single().Name);
    }

    private static async Task AssertOldCentralAsync(TelemetryReader reader, TimeProvider time)
    {
        Assert.Equal("api-1", Assert.Single(await reader.HeartbeatsAsync()).Beat.Worker);
        Assert.Equal("old-rule", Assert.Single(await reader.AlertsAsync()).Rule);
        Assert.Empty(await reader.OtlpProcessesAsync());
        Assert.Equal("aud_1", Assert.Single(await reader.AuditAsync(new AuditQuery())).Id);
        Assert.Equal("old.event", Assert.Single(await reader.EventsAsync(new EventQuery())).Type);
        Assert.Equal(17, await reader.LastFactAsync());
        Assert.Equal("/v1/old", Assert.Single(await reader.FiguresAsync(FiguresOf.Routes, TimeSpan.FromMinutes(5))).Name);
        Assert.Equal(7.5,
            Assert.Single(await reader.MetricAsync("old.depth", time.GetUtcNow(), time.GetUtcNow().AddMinutes(1))).Minutes.Single().Last);
        Assert.Equal(new LossRow("api", "lines", 2, 2, 0, 0, 0), Assert.Single(await reader.LossAsync()));
    }
}
