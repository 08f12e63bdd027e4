using Orion.Sink.Rollups;
using Orion.Sink.Rows;
using Orion.Sink.Segments;
using Orion.Sink.Sql;

namespace Orion.Sink.Tests;

public sealed class SloTests
{
    private static readonly SloRule[] s_rules =
    [
        new("fast") { Surface = "public", Limit = TimeSpan.FromMilliseconds(100) },
        new("well") { Surface = "public" },
        new("one route") { Route = "/v1/a", Limit = TimeSpan.FromMilliseconds(100) },
        new("inner") { Span = "api.things.load", Limit = TimeSpan.FromMilliseconds(5) },
    ];

    [Fact]
    public async Task Good_and_total_are_what_the_definition_says_with_what_sampling_left_out()
    {
        await using var test = new TestSink(o => o.Slos = s_rules);
        for (var i = 0; i < 100; i++)
        {
            var line = test.Line(i % 2 == 0 ? "/v1/a" : "/v1/b", milliseconds: i < 10 ? 100 : 99);
            line.Status = i < 3 ? SpanStatus.Error : SpanStatus.Unset;
            line.SampledOut = i % 4 == 0;
            test.Sink.Record(line);
            test.Sink.Record(test.Line("/ops", milliseconds: 500, surface: "ops"));
            test.Sink.Record(test.Span(line.TraceId, milliseconds: i < 7 ? 5 : 4));
            test.Sink.Record(test.Span(line.TraceId, "api.things.other", milliseconds: 50));
        }

        await test.Sink.FlushAsync();
        Assert.Equal(
            [new SloCount("fast", 90, 100), new SloCount("inner", 93, 100), new SloCount("one route", 45, 50),
                new SloCount("well", 97, 100)],
            await test.Reader.SlosAsync(TimeSpan.FromMinutes(5)));
        Assert.Empty((await test.Sink.RecomputeAsync(test.Time.GetUtcNow()))!);
    }

    [Fact]
    public async Task Hours_are_the_sum_of_their_minutes_also_after_a_restart_and_with_a_late_row()
    {
        await using var test = new TestSink(o => o.Slos = s_rules);
        var early = test.Now;
        for (var minute = 0; minute < 180; minute++)
        {
            test.Sink.Record(test.Line(milliseconds: minute % 3 == 0 ? 200 : 10));
            if (minute % 50 == 0)
            {
                await test.ReopenAsync(o => o.Slos = s_rules);
            }

            test.Time.Advance(TimeSpan.FromMinutes(1));
        }

        await test.Sink.FlushAsync();
        var late = test.Line(milliseconds: 300);
        late.StartUnixNanos = early;
        test.Sink.Record(late);
        await test.Sink.FlushAsync();

        var count = (await test.Reader.SlosAsync(TimeSpan.FromHours(6))).Single(c => c.Name == "fast");
        Assert.Equal(new SloCount("fast", 120, 181), count);
        Assert.Equal(61, count.Bad);
        Assert.Empty((await test.Sink.RecomputeAsync(UnixTime.Time(early)))!);
        using var central = Database.OpenReader(SegmentFiles.CentralPath(test.Directory));
        foreach (var table in new[] { "rollups_minute", "rollups_hour" })
        {
            Assert.Equal(61 * 1_000 + 181, central.QueryLong(
                $"SELECT sum(r.errors) * 1000 + sum(r.count) FROM {table} r JOIN rollup_series s ON s.id = r.series " +
                    "WHERE s.kind = 4 AND s.name = 'fast'"));
        }
    }

    [Fact]
    public async Task Minutes_that_are_past_keep_the_figures_of_the_definition_they_had()
    {
        await using var test = new TestSink(o => o.Slos = s_rules);
        test.Sink.Record(test.Line(milliseconds: 80));
        await test.Sink.FlushAsync();
        var before = test.Time.GetUtcNow();

        SloRule[] stricter = [s_rules[0] with { Limit = TimeSpan.FromMilliseconds(50) }, new SloRule("new") { Surface = "public" }];
        await test.ReopenAsync(o => o.Slos = stricter);
        test.Sink.Record(test.Line(milliseconds: 80));
        test.Time.Advance(TimeSpan.FromMinutes(1));
        test.Sink.Record(test.Line(milliseconds: 80));
        await test.Sink.FlushAsync();

        Assert.Equal(new SloCount("fast", 1, 3), (await test.Reader.SlosAsync(TimeSpan.FromHours(1))).Single(c => c.Name == "fast"));
        Assert.Empty((await test.Sink.RecomputeAsync(before, repair: true))!);
        Assert.Empty((await test.Sink.RecomputeAsync(test.Time.GetUtcNow(), repair: true))!);
        Assert.Equal(new SloCount("fast", 1, 3), (await test.Reader.SlosAsync(TimeSpan.FromHours(1))).Single(c => c.Name == "fast"));
    }

    [Fact]
    public async Task A_wrong_count_is_reported_and_repaired()
    {
        await using var test = new TestSink(o => o.Slos = s_rules);
        test.Sink.Record(test.Line());
        await test.Sink.FlushAsync();
        test.Time.Advance(TimeSpan.FromMinutes(1));
        test.Sink.Record(test.Line(milliseconds: 200));
        test.Sink.Record(test.Line(milliseconds: 10));
        await test.Sink.FlushAsync();
        using (var central = Database.OpenWriter(SegmentFiles.CentralPath(test.Directory), 1_000, 1_000))
        {
            central.Execute("UPDATE rollups_minute SET errors = 0 WHERE series = (SELECT id FROM rollup_series WHERE name = 'fast')");
        }

        var difference = Assert.Single((await test.Sink.RecomputeAsync(test.Time.GetUtcNow(), repair: true))!);
        Assert.Equal(("slo", "fast", 2L, 2L, -1L),
            (difference.About, difference.Name, difference.RolledUp, difference.Raw, difference.ErrorsDifference));
        Assert.Equal(new SloCount("fast", 1, 2), (await test.Reader.SlosAsync(TimeSpan.FromMinutes(1))).Single(c => c.Name == "fast"));
    }

    [Fact]
    public void An_objective_has_one_name() => Assert.Contains(
        "Orion:Sink:Slos",
        Assert.Throws<ArgumentException>(() => new TelemetrySink(
            new TelemetrySinkOptions { Directory = "x", Process = "api", Slos = [new("a"), new("a")] }, TimeProvider.System)).Message,
        StringComparison.Ordinal);
}
