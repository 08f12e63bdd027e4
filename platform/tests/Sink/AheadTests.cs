using Orion.Sink.Audit;
using Orion.Sink.Events;
using Orion.Sink.Otlp;
using Orion.Sink.Reading;
using Orion.Sink.Rows;
using Orion.Sink.Segments;
using Orion.Sink.Sql;
using Orion.Sink.Writing;

namespace Orion.Sink.Tests;

/// <summary>
/// What a clock that was wrong has dated ahead goes too, and it is said; a clock that is set back takes no more than it must.
/// </summary>
public sealed class AheadTests
{
    [Fact]
    public async Task A_day_that_is_as_far_ahead_as_days_are_kept_goes_and_is_noted()
    {
        await using var test = new TestSink();
        await WriteAheadAsync(test, "gone", 3);
        await WriteAheadAsync(test, "gone", 7);
        await WriteAheadAsync(test, "gone", 8);
        await test.TidiedAsync(async () => (await test.Reader.StorageAsync()).RemovedAhead is not null, "the removal is noted");

        // The farthest goes first.
        Assert.Equal(["2026-01-08"], Folders(test));
        var status = await test.Reader.StorageAsync();
        Assert.Equal(("2026-01-12", null), (status.RemovedAhead, status.RemovedForQuota));
        Assert.All((await test.Reader.LossAsync()).Where(l => l.Process == "gone"), l => Assert.Equal(0, l.Dropped));
    }

    [Fact]
    public async Task A_running_process_removes_its_own_days_ahead_when_its_clock_is_set_right_and_goes_on()
    {
        await using var test = new TestSink(time: new FakeTimeProvider(TestSink.Start.AddYears(1)));
        test.Sink.Record(test.Line("/ahead"));
        await test.Sink.FlushAsync();
        var othersTime = new FakeTimeProvider(TestSink.Start.AddYears(1));
        await using var other = new TelemetrySink(new TelemetrySinkOptions { Directory = test.Directory, Process = "other" }, othersTime);
        other.Record(test.Line("/others"));
        await other.FlushAsync();
        test.Time.AdjustTime(TestSink.Start);
        test.Sink.Record(test.Line("/now"));
        await test.Sink.FlushAsync();

        // The other process's clock is still wrong, and nobody takes its files from it.
        var day = Path.Combine(test.Directory, "2027-01-05");
        await test.TidiedAsync(() => !File.Exists(Path.Combine(day, "api.db")), "the own file has gone");
        Assert.True(File.Exists(Path.Combine(day, "other.db")));
        othersTime.AdjustTime(TestSink.Start);
        await test.TidiedAsync(
            async () =>
            {
                othersTime.Advance(TimeSpan.FromMinutes(1));
                await other.FlushAsync();
                return !Directory.Exists(day);
            },
            "the other's has gone, by itself");
        Assert.Equal(["/now"], (await test.Reader.LinesAsync(new TraceQuery())).Items.Select(l => l.Route));
        var loss = (await test.Reader.LossAsync()).Single(l => l is { Process: "api", Stream: "lines" });
        Assert.Equal((2, 0), (loss.Stored, loss.Dropped));
    }

    [Fact]
    public async Task A_day_that_is_begun_once_the_clock_is_set_right_is_not_judged_by_the_wrong_clock()
    {
        await using var test = new TestSink();
        test.Sink.Record(test.Line("/now"));
        await test.Sink.FlushAsync();
        var (day, elsewhere) = (Path.Combine(test.Directory, "2026-01-05"), Path.Combine(test.Directory, "not-yet"));
        await test.Sink.DisposeAsync();
        Directory.Move(day, elsewhere);

        // The clock is set back, and the day begins, just after retention has read it.
        var options = new TelemetrySinkOptions { Directory = test.Directory, Process = "api" };
        var clock = new ClockSetBack(TestSink.Start.AddYears(1), () => Directory.Move(elsewhere, day));
        using var removal = new FileRemoval(clock);
        using var segments = new SegmentSet(options, "api", clock);
        new Retention(options, segments, removal, "api", clock).Run();

        Assert.Equal(["/now"], (await test.Reader.LinesAsync(new TraceQuery())).Items.Select(l => l.Route));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task A_row_that_comes_right_after_the_clock_was_set_right_lies_in_its_day_whenever_the_writer_looked_at_the_clock(int look)
    {
        var clock = new ClockSetBackAt(look, TestSink.Start.AddYears(1), TestSink.Start);
        await using var test = new TestSink();
        await using var sink = new TelemetrySink(new TelemetrySinkOptions { Directory = test.Directory, Process = "ahead" }, clock);
        sink.Record(test.Line("/before"));
        clock.Begin(() => sink.Record(test.Line("/after")));
        await sink.FlushAsync();
        clock.SetBack();
        await sink.FlushAsync();

        var after = (await test.Reader.LinesAsync(new TraceQuery())).Items.Single(l => l.Route == "/after");
        Assert.Equal(UnixTime.Nanos(TestSink.Start), after.StartUnixNanos);
    }

    [Fact]
    public async Task Days_ahead_go_for_the_quota_before_rows_of_today_are_dropped_and_after_past_days()
    {
        await using var test = new TestSink();
        await WriteAheadAsync(test, "gone", -1, rows: 1_500);
        await WriteAheadAsync(test, "gone", 1, rows: 100);
        await WriteAheadAsync(test, "gone", 3, rows: 1_500);
        await WriteAheadAsync(test, "gone", 5, rows: 1_500);

        // Without the past day there is still half a day too much.
        var (past, day) = (Bytes(test, "2026-01-04"), Bytes(test, "2026-01-10"));
        Assert.True(day > 1024 * 1024);
        await test.ReopenAsync(o => o.QuotaBytes = SegmentFiles.Bytes(test.Directory) - past - (day / 2));
        await test.TidiedAsync(async () => (await test.Reader.StorageAsync()).RemovedAhead is not null, "a day ahead has gone");

        var status = await test.Reader.StorageAsync();
        Assert.Equal(("2026-01-04", "2026-01-10", false), (status.RemovedForQuota, status.RemovedAhead, status.OverQuota));
        Assert.Equal(["2026-01-06", "2026-01-08"], Folders(test));
    }

    [Fact]
    public async Task Figures_and_heartbeats_go_when_they_are_more_than_a_day_ahead_and_are_counted()
    {
        await using var test = new TestSink();
        await test.Sink.FlushAsync();
        await WriteAheadAsync(test, "soon", 1);
        await WriteAheadAsync(test, "ahead", 3);
        Assert.Contains((await test.Reader.HeartbeatsAsync()), h => h.Beat.Worker == "ahead");
        Assert.Equal(2, Ahead(test, "SELECT count(DISTINCT start) FROM metric_rollups_minute"));
        await StepAsync(test);

        foreach (var table in new[] { "rollups_minute", "surfaces_minute", "rollups_hour", "metric_rollups_minute" })
        {
            var last = Ahead(test, $"SELECT max(start) FROM {table}");
            Assert.InRange(last, UnixTime.Nanos(TestSink.Start.AddHours(23)), UnixTime.Nanos(TestSink.Start.AddDays(1)));
        }

        Assert.Equal(["soon"], (await test.Reader.HeartbeatsAsync()).Select(h => h.Beat.Worker));
        Assert.Equal(["soon"], (await test.Reader.OtlpProcessesAsync()).Select(p => p.Service));
        Assert.Equal(0, Ahead(test, "SELECT count(*) FROM metric_rollup_series WHERE service = 'ahead'"));

        // Of the line its service's, its surface's and its route's minute and hour and the surface's row beside them, and its objectives'.
        var gone = (await test.Reader.StorageAsync()).RowsRemovedAhead;
        Assert.InRange(gone, 9, 30);
        await StepAsync(test);
        Assert.Equal(gone, (await test.Reader.StorageAsync()).RowsRemovedAhead);
    }

    [Fact]
    public async Task What_tells_of_acts_goes_only_when_it_is_as_far_ahead_as_it_is_kept()
    {
        await using var test = new TestSink(o => (o.AuditDays, o.EventDays) = (20, 10));
        await test.Sink.FlushAsync();
        foreach (var days in new[] { 3, 11, 21 })
        {
            await WriteAheadAsync(test, "ahead", days);
        }

        await StepAsync(test);
        Assert.Equal(2, Ahead(test, "SELECT count(*) FROM audit_log"));
        Assert.Equal(1, Ahead(test, "SELECT count(*) FROM business_event_logs"));
        Assert.Equal(1, Ahead(test, "SELECT count(*) FROM _orion_events"));
    }

    private sealed class ClockSetBack(DateTimeOffset wrong, Action afterwards) : TimeProvider
    {
        private Action? _afterwards = afterwards;

        public override DateTimeOffset GetUtcNow()
        {
            Interlocked.Exchange(ref _afterwards, null)?.Invoke();
            return wrong;
        }
    }

    /// <summary>Is ahead, and set right between one look at it and the next; something happens at that moment.</summary>
    private sealed class ClockSetBackAt(int look, DateTimeOffset wrong, DateTimeOffset right) : TimeProvider
    {
        private Action? _then;
        private int _looks;
        private volatile bool _isRight;

        public void Begin(Action then) => Volatile.Write(ref _then, then);

        public void SetBack()
        {
            _isRight = true;
            Interlocked.Exchange(ref _then, null)?.Invoke();
        }

        public override DateTimeOffset GetUtcNow()
        {
            if (_isRight)
            {
                return right;
            }

            if (Volatile.Read(ref _then) is not null && Interlocked.Increment(ref _looks) == look)
            {
                SetBack();
            }

            return wrong;
        }
    }

    /// <summary>A process whose clock is days ahead writes one of everything, and ends.</summary>
    private static async Task WriteAheadAsync(TestSink test, string process, int days, int rows = 1)
    {
        var time = new FakeTimeProvider(TestSink.Start.AddDays(days));
        var nanos = UnixTime.Nanos(time.GetUtcNow());
        var options = new TelemetrySinkOptions
        {
            Directory = test.Directory,
            Process = process,
            AuditDays = 3_000,
            EventDays = 3_000,
            RawDays = 30,
        };
        await using var sink = new TelemetrySink(options, time);
        for (var i = 0; i < rows; i++)
        {
            var line = test.Line($"/{process}", service: process);
            line.StartUnixNanos = nanos;
            line.Attributes = rows == 1 ? [] : [new("padding", new string('x', 1_000))];
            sink.Record(line);
        }

        sink.Record(new Heartbeat
        {
            Worker = process,
            Service = process,
            Host = "h",
            Pid = 1,
            Time = time.GetUtcNow(),
            StartedAt = time.GetUtcNow(),
            Interval = TimeSpan.FromSeconds(5),
        });
        sink.Record(new OtlpHeard(ResourceRow.Unknown, process, OtlpSignal.Logs, 1));
        sink.Metrics.RecordSimple("orion.test.level", 1);
        sink.LogEvent(new BusinessEvent { Type = "thing.made", Service = process });
        sink.Track("thing");
        await sink.Audit.LogAsync(new AuditEntry { Component = "tests", Action = "thing.made" });
        await sink.FlushAsync();
    }

    /// <summary>The next minute's step of retention.</summary>
    private static async Task StepAsync(TestSink test)
    {
        test.Time.Advance(TimeSpan.FromMinutes(1));
        test.Sink.Record(test.Log("something to write"));
        await test.Sink.FlushAsync();
    }

    private static long Ahead(TestSink test, string sql)
    {
        using var database = Database.OpenReader(SegmentFiles.CentralPath(test.Directory), busyMs: 1_000);
        return database.QueryLong(sql);
    }

    private static long Bytes(TestSink test, string day) => SegmentFiles.Bytes(Path.Combine(test.Directory, day));

    private static IEnumerable<string?> Folders(TestSink test) => Directory.GetDirectories(test.Directory).Select(Path.GetFileName).Order();
}
