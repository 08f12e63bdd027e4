using Orion.Sink.Rows;
using Orion.Sink.Segments;
using Orion.Sink.Sql;

namespace Orion.Sink.Tests;

public sealed class OverviewTests
{
    [Fact]
    public async Task The_overview_counts_the_public_api_and_every_service()
    {
        await using var test = new TestSink();
        for (var i = 1; i <= 100; i++)
        {
            test.Sink.Record(test.Line(milliseconds: i));
        }

        var failed = test.Line(milliseconds: 50);
        failed.Status = SpanStatus.Error;
        test.Sink.Record(failed);
        test.Sink.Record(test.Line(milliseconds: 15_000, surface: "node"));
        test.Sink.Record(test.Line(milliseconds: 300_000, surface: CanonicalLine.Live));
        test.Sink.Record(test.Line("order.provision", 1_000, "worker", surface: "job"));
        await test.Sink.FlushAsync();

        var overview = await test.Reader.OverviewAsync(TimeSpan.FromMinutes(5));
        Assert.Equal((101, 1), (overview.PublicApi.Count, overview.PublicApi.Errors));
        Assert.InRange(overview.PublicApi.P50Ms, 49.5, 50.5);
        Assert.InRange(overview.PublicApi.P95Ms, 94, 96);
        Assert.InRange(overview.PublicApi.P99Ms, 98, 100);
        Assert.Equal(["api", "worker"], overview.Services.Select(s => s.Service));
        Assert.Equal(103, overview.Services[0].Count);
        Assert.InRange(overview.Services[0].P99Ms, 98, 101);
        Assert.InRange(overview.Services[1].P50Ms, 990, 1010);
        Assert.Equal(5, overview.Minutes.Count);
        Assert.Equal((101L, 1L), (overview.Minutes[^1].Count, overview.Minutes[^1].Errors));
        Assert.All(overview.Minutes.SkipLast(1), m => Assert.Equal(0, m.Count));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(59)]
    [InlineData(60)]
    [InlineData(61)]
    [InlineData(150)]
    [InlineData(1440)]
    [InlineData(2879)]
    public async Task Any_window_counts_each_minute_once_whether_from_hours_or_minutes(int minutes)
    {
        await using var test = new TestSink(o => o.RawDays = 7);
        for (var i = 0; i < 3_000; i++)
        {
            test.Sink.Record(test.Line());
            test.Time.Advance(TimeSpan.FromMinutes(1));
        }

        await test.Sink.FlushAsync();
        var overview = await test.Reader.OverviewAsync(TimeSpan.FromMinutes(minutes));
        Assert.Equal(minutes - 1, overview.PublicApi.Count);
        Assert.Equal(minutes - 1, overview.Services.Single().Count);
        Assert.Equal(minutes - 1, overview.Minutes.Sum(m => m.Count));
        Assert.Equal(minutes, overview.Minutes.Count);
    }

    [Fact]
    public async Task A_minute_goes_on_where_the_run_before_left_it()
    {
        await using var test = new TestSink();
        test.Sink.Record(test.Line(milliseconds: 10));
        await test.ReopenAsync();
        test.Sink.Record(test.Line(milliseconds: 20));
        await test.Sink.FlushAsync();
        test.Sink.Record(test.Line(milliseconds: 30));
        await test.Sink.FlushAsync();

        var overview = await test.Reader.OverviewAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(3, overview.PublicApi.Count);
        Assert.InRange(overview.PublicApi.P50Ms, 19.8, 20.2);
    }

    [Fact]
    public async Task A_minute_that_processes_share_and_one_that_sampling_thinned_out_have_the_percentile_of_all_their_requests()
    {
        await using var test = new TestSink();
        await using var replica = test.Open("api");
        for (var minute = 0; minute < 5; minute++)
        {
            for (var i = 1; i <= 100; i++)
            {
                var line = test.Line(milliseconds: i);
                line.SampledOut = minute == 1 && i % 2 == 0;
                (minute switch { 2 => replica, 3 when i > 50 => replica, _ => test.Sink }).Record(line);
            }

            await test.Sink.FlushAsync();
            await replica.FlushAsync();
            test.Time.Advance(TimeSpan.FromMinutes(minute == 3 ? 2 : 1));
        }

        var minutes = (await test.Reader.OverviewAsync(TimeSpan.FromMinutes(7))).Minutes;
        Assert.Equal([100, 100, 100, 100, 0, 100, 0], minutes.Select(m => m.Count));
        Assert.All(minutes.Where(m => m.Count > 0), m => Assert.InRange(m.P95Ms, 94, 96));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_stored_and_what_was_left_out_of_a_minute_say_the_percentile_of_both_also_over_a_restart(bool restarts)
    {
        await using var test = new TestSink();
        foreach (var leftOut in (bool[])[true, false])
        {
            for (var i = 1; i <= 50; i++)
            {
                var line = test.Line(milliseconds: leftOut ? i : 50 + i);
                line.SampledOut = leftOut;
                test.Sink.Record(line);
            }

            await test.Sink.FlushAsync();
            if (restarts && leftOut)
            {
                await test.ReopenAsync();
            }
        }

        using var database = Database.OpenReader(SegmentFiles.CentralPath(test.Directory));
        using var rows = database.Prepare(
            "SELECT m.count, m.p95_ns / 1e6, s.surface, s.class FROM surfaces_minute m JOIN rollup_series s ON s.id = m.series");
        Assert.True(rows.Step());
        Assert.Equal((100, "public", ""), (rows.Long(0), rows.Text(2), rows.Text(3)));
        Assert.InRange(rows.Double(1), 94, 96);
        Assert.False(rows.Step());
    }

    [Fact]
    public async Task A_minute_whose_rows_come_late_has_them_in_its_timeline()
    {
        await using var test = new TestSink();
        var late = test.Line(milliseconds: 200);
        test.Sink.Record(test.Line(milliseconds: 10));
        for (var minute = 0; minute < 10; minute++)
        {
            await test.Sink.FlushAsync();
            test.Time.Advance(TimeSpan.FromMinutes(1));
            test.Sink.Record(test.Line(milliseconds: 20));
        }

        late.Status = SpanStatus.Error;
        test.Sink.Record(late);
        await test.Sink.FlushAsync();

        var first = (await test.Reader.OverviewAsync(TimeSpan.FromMinutes(11))).Minutes[0];
        Assert.Equal((2, 1), (first.Count, first.Errors));
        Assert.InRange(first.P95Ms, 199, 201);
    }
}
