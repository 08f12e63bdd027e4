using Orion.Sink.Metrics;
using Orion.Sink.Reading;
using Orion.Sink.Rows;
using Orion.Sink.Segments;
using Orion.Sink.Sql;

namespace Orion.Sink.Tests;

/// <summary>Rows of a clock that was wrong.</summary>
public sealed class ClockTests
{
    public static TheoryData<DateTimeOffset> WrongTimes => new(
        DateTimeOffset.UnixEpoch,
        TestSink.Start.AddDays(-8),
        TestSink.Start.AddHours(1),
        new DateTimeOffset(2099, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Theory]
    [MemberData(nameof(WrongTimes))]
    public async Task A_row_of_a_time_that_cannot_be_right_lies_at_the_time_it_came_and_says_what_it_said(DateTimeOffset wrong)
    {
        await using var test = new TestSink();
        var (line, log) = (test.Line(), test.Log("off"));
        (line.StartUnixNanos, log.UnixNanos) = (UnixTime.Nanos(wrong), UnixTime.Nanos(wrong));
        test.Sink.Record(line);
        test.Sink.Record(log);
        test.Sink.Metrics.TryRecord(new MetricPoint { Name = "m", Service = "api", UnixNanos = UnixTime.Nanos(wrong), Value = 1 });
        await test.Sink.FlushAsync();

        var (from, to) = (TestSink.Start.AddMinutes(-1), TestSink.Start.AddMinutes(1));
        var said = wrong.ToString("yyyy-MM-dd'T'HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture) + ".000000000Z";
        var storedLine = Assert.Single((await test.Reader.LinesAsync(new TraceQuery { From = from, To = to })).Items);
        Assert.Equal((test.Now, said), (storedLine.StartUnixNanos, storedLine.Attributes.Single().Value));
        var storedLog = Assert.Single((await test.Reader.LogsAsync(new LogQuery { From = from, To = to })).Items);
        Assert.Equal((test.Now, said), (storedLog.UnixNanos, storedLog.Attributes.Single().Value));
        Assert.Single(await test.Reader.MetricAsync("m", from, to));
        Assert.Equal([DateOnly.FromDateTime(TestSink.Start.UtcDateTime)], SegmentFiles.Days(test.Directory));
    }

    [Theory]
    [MemberData(nameof(WrongTimes))]
    public async Task What_sampling_left_out_at_such_a_time_counts_in_the_minute_it_came(DateTimeOffset wrong)
    {
        await using var test = new TestSink();
        var line = test.Line();
        (line.StartUnixNanos, line.SampledOut) = (UnixTime.Nanos(wrong), true);
        test.Sink.Record(line);
        await test.Sink.FlushAsync();

        using var central = Database.OpenReader(SegmentFiles.CentralPath(test.Directory));
        Assert.Equal((1, UnixTime.Floor(test.Now, UnixTime.Minute)),
            (central.QueryLong("SELECT count(DISTINCT start) FROM rollups_minute"),
                central.QueryLong("SELECT start FROM rollups_minute LIMIT 1")));
    }

    [Fact]
    public async Task A_row_that_came_days_late_keeps_its_time_and_lies_in_its_day()
    {
        await using var test = new TestSink();
        var late = TestSink.Start.AddDays(-6);
        var log = test.Log("late");
        log.UnixNanos = UnixTime.Nanos(late);
        test.Sink.Record(log);
        await test.Sink.FlushAsync();

        var stored = Assert.Single((await test.Reader.LogsAsync(new LogQuery { From = late, To = late.AddSeconds(1) })).Items);
        Assert.Equal((UnixTime.Nanos(late), 0), (stored.UnixNanos, stored.Attributes.Length));
    }

    [Fact]
    public async Task A_row_stored_for_a_time_to_come_is_not_on_top_of_the_lists_of_now()
    {
        await using var test = new TestSink(time: new FakeTimeProvider(TestSink.Start.AddYears(1)));
        test.Sink.Record(test.Line());
        test.Sink.Record(test.Log("of a clock that was wrong"));
        await test.Sink.FlushAsync();

        await using var reader = new TelemetryReader(test.Directory, new FakeTimeProvider(TestSink.Start));
        Assert.Empty((await reader.LinesAsync(new TraceQuery { To = reader.Latest })).Items);
        Assert.Empty((await reader.LogsAsync(new LogQuery { To = reader.Latest })).Items);
        Assert.Single((await reader.LogsAsync(new LogQuery())).Items);
    }
}
