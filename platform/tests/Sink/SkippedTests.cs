using System.Diagnostics;
using Orion.Sink.Reading;
using Orion.Sink.Rows;
using Orion.Sink.Segments;
using Orion.Sink.Sql;

namespace Orion.Sink.Tests;

/// <summary>A file that cannot be read is left out of a read and named in its result.</summary>
public sealed class SkippedTests
{
    [Theory]
    [InlineData("corrupt")]
    [InlineData("newer_schema")]
    [InlineData("locked")]
    public async Task What_can_be_read_is_shown_and_what_cannot_is_named(string reason)
    {
        await using var test = new TestSink();
        await using var worker = test.Open("worker");
        var trace = ActivityTraceId.CreateRandom();
        foreach (var sink in new[] { test.Sink, worker })
        {
            sink.Record(test.Line("/here", trace: trace));
            sink.Record(test.Log("here"));
            await sink.FlushAsync();
        }

        await worker.DisposeAsync();
        using var broken = Break(SegmentFiles.SegmentPath(test.Directory, UnixTime.DayOf(test.Now), "worker"), reason);
        var lines = await test.Reader.LinesAsync(new TraceQuery());
        var logs = await test.Reader.LogsAsync(new LogQuery());
        var story = (await test.Reader.StoryAsync(trace))!;
        var missing = (await test.Reader.StoryAsync(ActivityTraceId.CreateRandom()))!;

        Assert.Equal((1, 1, 1), (lines.Items.Count, logs.Items.Count, story.Traces.Single().Lines.Count));
        Assert.Empty(missing.Traces);
        foreach (var skipped in new[] { lines.Skipped, logs.Skipped, story.Skipped, missing.Skipped })
        {
            Assert.Equal(("2026-01-05/worker.db", reason), (skipped.Single().File, skipped.Single().Reason));
        }
    }

    [Fact]
    public async Task A_file_that_is_damaged_within_gives_the_rows_before_the_damage()
    {
        await using var test = new TestSink();
        for (var i = 0; i < 3_000; i++)
        {
            var line = test.Line($"/{i}");
            line.CorrelationId = $"correlation-{i:0000}";
            test.Sink.Record(line);
        }

        await test.Sink.DisposeAsync();
        var path = SegmentFiles.SegmentPath(test.Directory, UnixTime.DayOf(test.Now), "api");
        var bytes = await File.ReadAllBytesAsync(path);
        var page = bytes.AsSpan().IndexOf("correlation-1000"u8) / 4096 * 4096;
        bytes.AsSpan(page, 4096).Fill(0x5A);
        await File.WriteAllBytesAsync(path, bytes);

        var rows = 0;
        var damaged = false;
        string? after = null;
        do
        {
            var found = await test.Reader.LinesAsync(new TraceQuery { Limit = 1_000, After = after });
            (rows, after, damaged) = (rows + found.Items.Count, found.Next, damaged || found.Skipped.Any(s => s.Reason == "corrupt"));
        }
        while (after is not null);

        Assert.True(damaged);
        Assert.InRange(rows, 1_900, 2_000);
    }

    private static Database? Break(string path, string reason)
    {
        switch (reason)
        {
            case "corrupt":
                File.WriteAllBytes(path, [.. Enumerable.Repeat((byte)0x5A, 8192)]);
                return null;
            case "newer_schema":
                using (var newer = Database.OpenWriter(path, 1_000, 1_000))
                {
                    newer.Execute("PRAGMA user_version=99");
                }

                return null;
            default:
                var locked = Database.OpenWriter(path, 1_000, 1_000);
                locked.Execute("PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE; CREATE TABLE held (x); COMMIT");
                return locked;
        }
    }
}
