using System.Globalization;
using Orion.Sink.Rollups;
using Orion.Sink.Rows;
using Orion.Sink.Segments;
using Orion.Sink.Sql;

namespace Orion.Sink.Tests;

public sealed class NightlyTests
{
    private static readonly SloRule[] s_slos = [new("fast") { Surface = "public", Limit = TimeSpan.FromMilliseconds(100) }];

    [Fact]
    public async Task A_day_is_checked_after_midnight_and_what_is_wrong_is_told_and_left_alone()
    {
        var told = new List<RollupDayCheck>();
        await using var test = New(o => o.RollupsChecked = told.Add);
        await RecordAsync(test);
        Tamper(test, "UPDATE rollups_minute SET count = count + 7 WHERE series = (SELECT id FROM rollup_series WHERE kind = 2)");
        Assert.Empty(await test.Reader.RollupChecksAsync());

        test.Time.Advance(TimeSpan.FromHours(12) + TimeSpan.FromMinutes(11));
        var check = await CheckedAsync(test);

        Assert.Equal((new DateOnly(2026, 1, 5), 1440, 3, false), (check.Day, check.Minutes, check.Differences, check.Repaired));
        await Eventually.TrueAsync(() => told.Count == 1, "the check is told");
        Assert.Equal(("api", check.Day, check.Minutes, check.Differences),
            (told[0].Process, told[0].Day, told[0].Minutes, told[0].Differences));
        Assert.Equal([("route", "/v1/things", 9L, 2L)], told[0].Examples.Select(d => (d.About, d.Name, d.RolledUp, d.Raw)).Distinct());
        Assert.Equal(9, Stored(test));

        // Nothing more is due today, and the next day has nothing to check.
        test.Time.Advance(TimeSpan.FromDays(1));
        await test.Sink.FlushAsync();
        await test.Sink.FlushAsync();
        Assert.Single(told);
    }

    [Fact]
    public async Task With_the_option_what_is_wrong_is_repaired_hours_and_objectives_included()
    {
        await using var test = New(o => o.RepairRollups = true);
        await RecordAsync(test);
        Tamper(test, "UPDATE rollups_minute SET count = 50, errors = 40");
        Tamper(test, "UPDATE rollups_hour SET count = 150");
        test.Time.Advance(TimeSpan.FromHours(12) + TimeSpan.FromMinutes(11));

        Assert.True((await CheckedAsync(test)) is { Repaired: true, Differences: > 9 });
        Assert.Equal(6, (await test.Reader.OverviewAsync(TimeSpan.FromHours(24))).PublicApi.Count);
        Assert.Equal(2, Stored(test));
        for (var minute = 0; minute < 3; minute++)
        {
            Assert.Empty((await test.Sink.RecomputeAsync(new DateTimeOffset(2026, 1, 5, 12, minute, 0, TimeSpan.Zero)))!);
        }
    }

    [Fact]
    public async Task Nights_that_were_missed_are_made_up_for_after_the_next_start()
    {
        await using var test = New();
        await RecordAsync(test);
        test.Time.Advance(TimeSpan.FromDays(1));
        await RecordAsync(test);
        var before = (await CheckedAsync(test)).Day;
        await test.Sink.DisposeAsync();
        Tamper(test, "DELETE FROM rollup_checks");
        test.Time.Advance(TimeSpan.FromDays(2));
        await test.ReopenAsync(Fast);

        await Eventually.TrueAsync(async () => await Days(test) == 2, "both days are checked");
        Assert.Equal(before.AddDays(1), (await CheckedAsync(test)).Day);
        await test.ReopenAsync(Fast);
        await test.Sink.FlushAsync();
        await test.Sink.FlushAsync();
        Assert.Equal(2, await Days(test));
    }

    [Fact]
    public async Task Rows_that_come_late_while_a_day_is_checked_are_no_differences()
    {
        await using var test = New();
        var day = test.Now;
        for (var minute = 0; minute < 200; minute++)
        {
            var line = test.Line();
            line.StartUnixNanos = day + (minute * UnixTime.Minute);
            test.Sink.Record(line);
        }

        await test.Sink.FlushAsync();
        test.Time.Advance(TimeSpan.FromHours(12) + TimeSpan.FromMinutes(11));
        var sent = 0;
        await Eventually.TrueAsync(
            async () =>
            {
                for (var i = 0; i < 50; i++)
                {
                    var late = test.Line();
                    late.StartUnixNanos = day + (sent++ % 200 * UnixTime.Minute);
                    test.Sink.Record(late);
                }

                return (await test.Reader.RollupChecksAsync()).Count > 0;
            },
            "the day is checked",
            TimeSpan.FromMinutes(2));

        Assert.Equal(0, (await CheckedAsync(test)).Differences);
    }

    [Fact]
    public async Task A_day_whose_raw_rows_were_lost_is_not_judged()
    {
        await using var test = New();
        await RecordAsync(test);
        var folder = SegmentFiles.DayFolder(test.Directory, UnixTime.DayOf(test.Now));
        await File.WriteAllTextAsync(Path.Combine(folder, "api.db.corrupt-20260105T120000000"), "");
        Tamper(test, "UPDATE rollups_minute SET count = 50");
        test.Time.Advance(TimeSpan.FromHours(13));

        Assert.True((await CheckedAsync(test)) is { Minutes: 0, Differences: 0 });
    }

    private static TestSink New(Action<TelemetrySinkOptions>? configure = null) => new(o =>
    {
        Fast(o);
        configure?.Invoke(o);
    });

    private static void Fast(TelemetrySinkOptions options) =>
        (options.FlushInterval, options.Slos) = (TimeSpan.FromMilliseconds(10), s_slos);

    private static async Task RecordAsync(TestSink test)
    {
        for (var minute = 0; minute < 3; minute++)
        {
            test.Sink.Record(test.Line(milliseconds: 10));
            test.Sink.Record(test.Line(milliseconds: 200));
            test.Time.Advance(TimeSpan.FromMinutes(1));
        }

        await test.Sink.FlushAsync();
    }

    private static async Task<RollupDayCheck> CheckedAsync(TestSink test)
    {
        await Eventually.TrueAsync(async () => (await test.Reader.RollupChecksAsync()).Count > 0, "a day is checked");
        return Assert.Single(await test.Reader.RollupChecksAsync());
    }

    private static void Tamper(TestSink test, string sql)
    {
        using var central = Database.OpenWriter(SegmentFiles.CentralPath(test.Directory), 1_000, 1_000);
        central.Execute(sql);
    }

    private static long Stored(TestSink test) =>
        Query(test, "SELECT max(count) FROM rollups_minute WHERE series = (SELECT id FROM rollup_series WHERE kind = 2)");

    private static Task<long> Days(TestSink test) => Task.FromResult(Query(test,
        string.Create(CultureInfo.InvariantCulture, $"SELECT count(*) FROM rollup_checks WHERE minutes = {1440}")));

    private static long Query(TestSink test, string sql)
    {
        using var central = Database.OpenReader(SegmentFiles.CentralPath(test.Directory));
        return central.QueryLong(sql);
    }
}
