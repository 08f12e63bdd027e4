using FsCheck;
using FsCheck.Fluent;
using Orion.Sink.Rows;
using Orion.Sink.Segments;
using Orion.Sink.Sql;

namespace Orion.Sink.Tests;

/// <summary>
/// Produced = stored + sampled out + dropped + buffered, whatever happens: overload, locked files, a full disk, restarts, in any order.
/// </summary>
public sealed class LossEquationTests
{
    private const int Capacity = 300;

    private enum Step
    {
        Lines,
        Burst,
        Spans,
        Logs,
        SampledOut,
        Duplicates,
        Flush,
        LockSegment,
        LockCentral,
        FillDisk,
        EmptyDisk,
        Restart,
    }

    [Fact]
    public void No_row_is_unaccounted_for_whatever_happens_in_any_order() =>
        Prop.ForAll(
            Gen.Elements(Enum.GetValues<Step>()).ListOf(14).ToArbitrary(),
            steps => RunAsync([.. steps]).GetAwaiter().GetResult()).Check(Config.QuickThrowOnFailure.WithMaxTest(12));

    private static async Task<bool> RunAsync(Step[] steps)
    {
        TelemetrySinkOptions options = null!;
        await using var test = new TestSink(Configure);
        var offered = new Dictionary<string, long> { ["lines"] = 0, ["spans"] = 0, ["logs"] = 0 };
        var ofThisRun = new Dictionary<string, long>(offered);
        var sampledOut = 0L;
        await test.Sink.FlushAsync();
        foreach (var step in steps)
        {
            switch (step)
            {
                case Step.Lines:
                    Offer("lines", 50, i => test.Sink.Record(Line($"t{i % 3}")));
                    break;
                case Step.Burst:
                    Offer("lines", 5 * Capacity, _ => test.Sink.Record(Line("noisy")));
                    break;
                case Step.Spans:
                    Offer("spans", 100, _ => test.Sink.Record(test.Span(System.Diagnostics.ActivityTraceId.CreateRandom())));
                    break;
                case Step.Logs:
                    Offer("logs", 100, _ => test.Sink.Record(test.Log("x")));
                    break;
                case Step.SampledOut:
                    sampledOut += 7;
                    Offer("lines", 7, _ => test.Sink.Record(Line("t0", sampledOut: true)));
                    await test.Sink.FlushAsync();
                    break;
                case Step.Duplicates:
                    var (first, second) = (Line("twice"), Line("twice"));
                    (second.TraceId, second.SpanId) = (first.TraceId, first.SpanId);
                    Offer("lines", 2, i => test.Sink.Record(i == 0 ? first : second));
                    break;
                case Step.Flush:
                    await test.Sink.FlushAsync();
                    break;
                case Step.LockSegment when File.Exists(Segment(test)):
                    using (new ForeignLock(Segment(test)))
                    {
                        Offer("lines", 2 * Capacity, i => test.Sink.Record(Line($"t{i % 7}")));
                    }

                    break;
                case Step.LockCentral:
                    using (new ForeignLock(SegmentFiles.CentralPath(test.Directory)))
                    {
                        Offer("spans", 2 * Capacity, _ => test.Sink.Record(test.Span(System.Diagnostics.ActivityTraceId.CreateRandom())));
                        test.Sink.Track("while locked");
                    }

                    break;
                case Step.FillDisk:
                    options.MaxPages = 1;
                    break;
                case Step.EmptyDisk:
                    options.MaxPages = 0;
                    break;
                case Step.Restart:
                    await test.ReopenAsync(Configure);
                    ofThisRun.Keys.ToList().ForEach(stream => ofThisRun[stream] = 0);
                    break;
            }

            // In process, at any moment: nothing is counted twice, and what is on its way is no more than fits in the buffer and the
            // writer's hands.
            foreach (var account in test.Sink.Accounts().Where(a => ofThisRun.ContainsKey(a.Stream)))
            {
                Assert.Equal(ofThisRun[account.Stream], account.Produced);
                Assert.InRange(account.Buffered, 0, 2 * Capacity);
            }
        }

        options.MaxPages = 0;
        await test.Sink.FlushAsync();
        foreach (var (stream, rows) in offered)
        {
            // A run that was over before its account could be written is not on record; none is here, because nothing is locked for ever.
            var loss = await test.LossAsync(stream);
            var stored = Directory.GetFiles(test.Directory, "*.db", SearchOption.AllDirectories)
                .Where(f => Path.GetFileName(f) != SegmentFiles.Central).Sum(f => Count(f, stream));
            Assert.Equal((rows, stored, 0), (loss.Produced, loss.Stored, loss.Buffered));
            Assert.Equal(stream == "lines" ? sampledOut : 0, loss.SampledOut);
            Assert.Equal(rows, loss.Stored + loss.SampledOut + loss.Dropped);
            Assert.Equal(loss.Dropped, (await test.Reader.LossReasonsAsync()).Where(r => r.Stream == stream).Sum(r => r.Rows));
        }

        Assert.Equal((await test.LossAsync("lines")).Stored + sampledOut,
            (await test.Reader.OverviewAsync(TimeSpan.FromMinutes(5))).PublicApi.Count);
        return true;

        void Configure(TelemetrySinkOptions made) =>
            (options, made.BufferRows, made.FlushInterval, made.MaxPages) =
                (made, Capacity, TimeSpan.FromMilliseconds(20), options?.MaxPages ?? 0);

        void Offer(string stream, int rows, Action<int> offer)
        {
            for (var i = 0; i < rows; i++)
            {
                offer(i);
            }

            offered[stream] += rows;
            ofThisRun[stream] += rows;
        }

        CanonicalLine Line(string tenant, bool sampledOut = false)
        {
            var line = test.Line();
            (line.Tenant, line.SampledOut) = (tenant, sampledOut);
            return line;
        }
    }

    private static string Segment(TestSink test) => SegmentFiles.SegmentPath(test.Directory, UnixTime.DayOf(test.Now), "api");

    private static long Count(string file, string stream)
    {
        using var database = Database.OpenReader(file);
        return database.QueryLong($"SELECT count(*) FROM {(stream == "lines" ? "canonical_lines" : stream)}");
    }
}
