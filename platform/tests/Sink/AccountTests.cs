using System.Diagnostics;
using Orion.Sink.Events;
using Orion.Sink.Loss;
using Orion.Sink.Reading;
using Orion.Sink.Segments;
using Orion.Sink.Writing;

namespace Orion.Sink.Tests;

public sealed class AccountTests
{
    [Fact]
    public async Task Every_row_is_stored_sampled_out_or_dropped_and_counted()
    {
        await using var test = new TestSink(o => (o.BufferRows, o.FlushInterval) = (100, TimeSpan.FromMinutes(1)));
        await test.Sink.FlushAsync();
        for (var i = 0; i < 10_000; i++)
        {
            test.Sink.Record(test.Line());
        }

        for (var i = 0; i < 7; i++)
        {
            var (line, span) = (test.Line(), test.Span(ActivityTraceId.CreateRandom()));
            (line.SampledOut, span.SampledOut) = (i < 5, true);
            test.Sink.Record(span);
            if (line.SampledOut)
            {
                test.Sink.Record(line);
            }
        }

        await test.Sink.FlushAsync();
        var lines = await test.LossAsync("lines");
        Assert.Equal(10_005, lines.Produced);
        Assert.Equal((5, 0), (lines.SampledOut, lines.Buffered));
        Assert.Equal(lines.Produced, lines.Stored + lines.SampledOut + lines.Dropped);
        Assert.True(lines.Dropped > 0);
        Assert.Equal(7, (await test.LossAsync("spans")).SampledOut);
        Assert.Equal(lines.Stored + 5, (await test.Reader.OverviewAsync(TimeSpan.FromMinutes(1))).PublicApi.Count);
    }

    [Fact]
    public async Task A_row_that_its_producer_could_not_make_is_accounted_for()
    {
        await using var test = new TestSink();
        string[] streams = ["lines", "spans", "logs", "metrics", "events", "tracked"];
        foreach (var stream in streams)
        {
            test.Sink.CountDropped(stream, "redaction");
        }

        await test.Sink.FlushAsync();

        foreach (var stream in streams)
        {
            Assert.Equal(new LossRow("api", stream, 1, 0, 0, 1, 0), await test.LossAsync(stream));
        }
    }

    [Fact]
    public async Task Closing_commits_what_is_buffered_and_counts_what_comes_after()
    {
        await using var test = new TestSink(o => o.FlushInterval = TimeSpan.FromMinutes(1));
        for (var i = 0; i < 500; i++)
        {
            test.Sink.Record(test.Line());
        }

        await test.Sink.DisposeAsync();
        test.Sink.Record(test.Line());
        await test.Sink.FlushAsync();

        Assert.Equal(500, (await test.Reader.LinesAsync(new TraceQuery { Limit = 1000 })).Items.Count);
        Assert.False(await test.Sink.ResolveAlertAsync("a", "b"));
    }

    [Fact]
    public async Task A_second_process_of_the_same_name_writes_beside_the_first()
    {
        await using var test = new TestSink();
        test.Sink.Record(test.Line());
        await test.Sink.FlushAsync();
        await using var replica = test.Open("api");
        replica.Record(test.Line());
        await replica.FlushAsync();

        Assert.Equal(2, (await test.Reader.LinesAsync(new TraceQuery())).Items.Count);
        Assert.Equal(["api", "api-2"], (await test.Reader.LossAsync()).Where(l => l.Stream == "lines").Select(l => l.Process));
        Assert.Equal(2, (await test.Reader.OverviewAsync(TimeSpan.FromMinutes(1))).PublicApi.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_killed_run_was_handed_and_could_not_note_is_accounted_for_also_when_the_file_is_locked_at_the_next_start(
        bool locked)
    {
        await using var test = new TestSink();
        await test.Sink.FlushAsync();
        await test.Sink.DisposeAsync();
        Assert.Empty(Counts());
        Kill();

        using (locked ? new ForeignLock(SegmentFiles.CentralPath(test.Directory)) : null)
        {
            await test.ReopenAsync();
            test.Sink.Record(test.Line());
            await test.Sink.FlushAsync();
        }

        test.Sink.Record(test.Line());
        await test.Sink.FlushAsync();
        Assert.Equal(new LossRow("api", "lines", 9, 2, 0, 7, 0), await test.LossAsync("lines"));
        Assert.Equal(new LossRow("api", "tracked", 1, 0, 0, 1, 0), await test.LossAsync("tracked"));
        Assert.Equal([("lines", "killed", 7), ("tracked", "killed", 1)], (await test.Reader.LossReasonsAsync())
            .Select(r => (r.Stream, r.Reason, r.Rows)));
        Assert.Equal(2, (await test.Reader.OverviewAsync(TimeSpan.FromMinutes(1))).PublicApi.Count);
        Assert.Single(Counts());

        string[] Counts() => Directory.GetFiles(test.Directory, "*.counts");

        // As it ends when it is killed before its first account: its counts stay.
        void Kill()
        {
            using var run = new WriterRun(test.Directory, "api");
            using var counts = RunCounts.Begin(test.Directory, run)!;
            var buffers = new SinkBuffers(new TelemetrySinkOptions(), test.Time, () => { });
            buffers.NoteIn(counts);
            for (var i = 0; i < 7; i++)
            {
                buffers.Lines.Offer(test.Line());
            }

            buffers.Tracked.Buffer.Offer(new TrackedEvent { Name = "seen" });
            buffers.NoteIn(null);
        }
    }

    [Theory]
    [InlineData("", "api", 1, "ConnectionStrings:telemetry")]
    [InlineData("telemetry", "a/b", 1, "Orion:Sink:Process")]
    [InlineData("telemetry", "api", 0, "Orion:Sink:BufferRows")]
    public void A_bad_option_is_named(string directory, string process, int rows, string key)
    {
        var options = new TelemetrySinkOptions { Directory = directory, Process = process, BufferRows = rows };
        var refused = Assert.Throws<ArgumentException>(() => new TelemetrySink(options, TimeProvider.System));
        Assert.Contains(key, refused.Message, StringComparison.Ordinal);
    }
}
