using Orion.Sink.Rows;
using Orion.Sink.Segments;
using Orion.Sink.Sql;

namespace Orion.Sink.Tests;

public sealed class RecomputeTests
{
    [Fact]
    public async Task Rollups_are_what_their_raw_rows_add_up_to()
    {
        await using var test = new TestSink();
        var random = new Random(2);
        for (var i = 0; i < 3_000; i++)
        {
            var line = test.Line(
                $"/v1/{i % 5}", random.Next(1, 5_000), i % 3 == 0 ? "api" : "worker", surface: i % 7 == 0 ? "node" : "public");
            line.Status = i % 11 == 0 ? SpanStatus.Error : SpanStatus.Unset;
            line.Outcome = i % 13 == 0 ? "client_error" : "ok";
            line.SampledOut = i % 17 == 0;
            test.Sink.Record(line);
            test.Sink.Record(test.Span(line.TraceId, $"span.{i % 9}", random.Next(1, 100)));
            test.Time.Advance(TimeSpan.FromMilliseconds(40));
        }

        await test.Sink.FlushAsync();
        for (var minute = 0; minute < 3; minute++)
        {
            Assert.Empty((await test.Sink.RecomputeAsync(test.Time.GetUtcNow().AddMinutes(-minute)))!);
        }

        Assert.Equal(3_000, (await test.Reader.OverviewAsync(TimeSpan.FromMinutes(5))).Services.Sum(s => s.Count));
    }

    [Fact]
    public async Task A_rollup_that_is_wrong_is_reported_repaired_and_goes_on_from_there()
    {
        await using var test = new TestSink();
        test.Sink.Record(test.Line(milliseconds: 10));
        test.Sink.Record(test.Line(milliseconds: 20));
        await test.Sink.FlushAsync();
        using (var central = Database.OpenWriter(SegmentFiles.CentralPath(test.Directory), 1_000, 1_000))
        {
            central.Execute("UPDATE rollups_minute SET count = 7; UPDATE surfaces_minute SET count = 7, p95_ns = 7");
        }

        Assert.All((await test.Sink.RecomputeAsync(test.Time.GetUtcNow()))!, d => Assert.Equal((7, 2), (d.RolledUp, d.Raw)));
        Assert.Equal(3, (await test.Sink.RecomputeAsync(test.Time.GetUtcNow(), repair: true))!.Count);
        Assert.Empty((await test.Sink.RecomputeAsync(test.Time.GetUtcNow()))!);
        var minute = (await test.Reader.OverviewAsync(TimeSpan.FromMinutes(1))).Minutes.Single();
        Assert.Equal(2, minute.Count);
        Assert.InRange(minute.P95Ms, 19.8, 20.2);
        test.Sink.Record(test.Line(milliseconds: 30));
        await test.Sink.FlushAsync();

        Assert.Equal(3, (await test.Reader.OverviewAsync(TimeSpan.FromMinutes(1))).PublicApi.Count);
        Assert.Empty((await test.Sink.RecomputeAsync(test.Time.GetUtcNow()))!);
    }
}
