using Orion.Sink.Reading;
using Orion.Sink.Rollups;
using Orion.Sink.Rows;

namespace Orion.Sink.Tests;

public sealed class LeftOutTests
{
    private static readonly SloRule[] s_rules =
        [new("fast") { Surface = "public", Limit = TimeSpan.FromMilliseconds(100) }, new("inner") { Span = "api.things.load" }];

    [Fact]
    public async Task Figures_are_the_same_whether_rows_are_stored_or_left_out_on_many_threads()
    {
        await using var stored = new TestSink(o => o.Slos = s_rules);
        await using var leftOut = new TestSink(o => o.Slos = s_rules);
        await Parallel.ForEachAsync(Enumerable.Range(0, 4), async (part, _) =>
        {
            await Task.Yield();
            var line = leftOut.Line();
            var span = leftOut.Span(line.TraceId);
            (line.SampledOut, span.SampledOut) = (true, true);
            for (var i = part; i < 4_000; i += 4)
            {
                stored.Sink.Record(Fill(stored.Line(), i, stored.Now));
                stored.Sink.Record(stored.Span(line.TraceId, milliseconds: 1 + (i % 9)));

                // The same two rows again and again: nothing of them is kept.
                leftOut.Sink.Record(Fill(line, i, leftOut.Now));
                span.DurationNanos = (1 + (i % 9)) * 1_000_000;
                leftOut.Sink.Record(span);
            }
        });
        await stored.Sink.FlushAsync();
        await leftOut.Sink.FlushAsync();

        var (expected, actual) =
            (await stored.Reader.OverviewAsync(TimeSpan.FromMinutes(10)), await leftOut.Reader.OverviewAsync(TimeSpan.FromMinutes(10)));
        Assert.Equal(4_000, actual.PublicApi.Count);
        Assert.Equal(expected.PublicApi, actual.PublicApi);
        Assert.Equal(expected.Services, actual.Services);
        Assert.Equal(expected.Minutes, actual.Minutes);
        Assert.Equal(await stored.Reader.SlosAsync(TimeSpan.FromMinutes(10)), await leftOut.Reader.SlosAsync(TimeSpan.FromMinutes(10)));
        Assert.Equal(await stored.Reader.SlosAsync(TimeSpan.FromDays(2)), await leftOut.Reader.SlosAsync(TimeSpan.FromDays(2)));
        Assert.Empty((await leftOut.Reader.LinesAsync(new TraceQuery())).Items);
        foreach (var stream in new[] { "lines", "spans" })
        {
            var loss = await leftOut.LossAsync(stream);
            Assert.Equal((4_000L, 0L, 4_000L, 0L, 0L), (loss.Produced, loss.Stored, loss.SampledOut, loss.Dropped, loss.Buffered));
        }
    }

    [Fact]
    public async Task Nothing_is_taken_after_the_end()
    {
        await using var test = new TestSink();
        var line = test.Line();
        line.SampledOut = true;
        var fold = new LeftOutFold([]);
        Assert.True(fold.TryAdd(line));

        fold.Close();

        Assert.False(fold.TryAdd(line));
        Assert.Equal((1, 0), fold.MoveTo(new RollupFold([]), () => new TimeWindow(UnixTime.Nanos(TestSink.Start), rawDays: 7)));
    }

    [Fact]
    public async Task Figures_of_a_batch_count_once_it_is_settled_and_not_when_it_was_undone()
    {
        await using var test = new TestSink();
        var (fold, now) = (new RollupFold(s_rules), UnixTime.Floor(UnixTime.Nanos(TestSink.Start), UnixTime.Minute));
        using var watch = new MinuteWatch(now);
        fold.Watch(watch);
        var batch = fold.ForBatches();
        for (var undone = 0; undone < 2; undone++)
        {
            batch.Add(Fill(test.Line(), 1, now));
            batch.Clear();
            fold.Settle(batch);
        }

        Assert.Empty(fold.Minutes);
        Assert.False(watch.IsTouched);

        for (var i = 1; i <= 100; i++)
        {
            batch.Add(Fill(test.Line(), i, now));
            if (i % 10 == 0)
            {
                fold.Settle(batch);
            }
        }

        var atOnce = new RollupFold(s_rules);
        for (var i = 1; i <= 100; i++)
        {
            atOnce.Add(Fill(test.Line(), i, now));
        }

        Assert.True(watch.IsTouched);
        Assert.Equal(atOnce.Minutes.Count, fold.Minutes.Count);
        Assert.All(atOnce.Minutes, cell => Assert.True(cell.Value.SameAs(fold.Minutes[cell.Key])));
        Assert.All(atOnce.Hours, cell => Assert.True(cell.Value.SameAs(fold.Hours[cell.Key])));
    }

    private static CanonicalLine Fill(CanonicalLine line, int i, long now)
    {
        line.StartUnixNanos = i % 3 == 0 ? now - UnixTime.Minute : now;
        line.DurationNanos = (1 + (i % 250)) * 1_000_000L;
        line.Route = i % 2 == 0 ? "/v1/a" : "/v1/b";
        line.Status = i % 50 == 0 ? SpanStatus.Error : SpanStatus.Unset;
        line.Outcome = i % 50 == 0 ? "error" : i % 7 == 0 ? "client_error" : "ok";
        return line;
    }
}
