using Orion.Sink.Reading;
using Orion.Sink.Rows;
using Orion.Sink.Segments;
using Orion.Sink.Sql;

namespace Orion.Sink.Tests;

public sealed class FailureTests
{
    [Fact]
    public async Task A_corrupt_segment_is_set_aside_and_writing_goes_on()
    {
        await using var test = new TestSink();
        test.Sink.Record(test.Line("/before"));
        await test.ReopenAsync();
        var path = SegmentFiles.SegmentPath(test.Directory, UnixTime.DayOf(test.Now), "api");
        await File.WriteAllBytesAsync(path, [.. Enumerable.Repeat((byte)0x5A, 8192)]);
        test.Sink.Record(test.Line("/after"));
        await test.Sink.FlushAsync();

        Assert.Equal("/after", Assert.Single((await test.Reader.LinesAsync(new TraceQuery())).Items).Route);
        var aside = Assert.Single((await test.Reader.StorageAsync()).SetAside);
        Assert.StartsWith("2026-01-05/api.db.corrupt-", aside, StringComparison.Ordinal);
        Assert.Equal(0, (await test.LossAsync("lines")).Dropped);
    }

    [Fact]
    public async Task A_newer_file_is_refused_left_untouched_and_counted()
    {
        await using var test = new TestSink();
        test.Sink.Record(test.Line("/before"));
        await test.Sink.DisposeAsync();
        var path = SegmentFiles.SegmentPath(test.Directory, UnixTime.DayOf(test.Now), "api");
        MakeNewer(path);
        var bytes = await File.ReadAllBytesAsync(path);
        await test.ReopenAsync();
        test.Sink.Record(test.Line("/after"));
        await test.Sink.FlushAsync();

        Assert.Equal(1, (await test.LossAsync("lines")).Dropped);
        Assert.Contains(await test.Reader.LossReasonsAsync(), r => r is { Stream: "lines", Reason: "newer_schema", Rows: 1 });
        await test.Sink.DisposeAsync();
        Assert.Equal(bytes, await File.ReadAllBytesAsync(path));
    }

    [Fact]
    public async Task A_clock_that_steps_over_midnight_and_back_loses_nothing()
    {
        await using var test = new TestSink();
        foreach (var hours in new[] { 0, 13, -13, 26, -2, -24 })
        {
            test.Time.AdjustTime(test.Time.GetUtcNow().AddHours(hours));
            test.Sink.Record(test.Line($"/{hours}"));
            test.Sink.Record(test.Line($"/{hours}"));
            await test.Sink.FlushAsync();
        }

        var lines = (await test.Reader.LinesAsync(new TraceQuery())).Items;
        Assert.Equal(12, lines.Count);
        Assert.Equal(lines.OrderByDescending(l => l.StartUnixNanos).Select(l => l.StartUnixNanos), lines.Select(l => l.StartUnixNanos));
        Assert.Equal(0, (await test.LossAsync("lines")).Dropped);
    }

    [Fact]
    public async Task A_row_whose_clock_is_years_off_is_stored_all_the_same()
    {
        await using var test = new TestSink();
        foreach (var year in new[] { 1970, 2026, 2100 })
        {
            var line = test.Line($"/{year}");
            line.StartUnixNanos = UnixTime.Nanos(new DateTimeOffset(year, 1, 5, 12, 0, 0, TimeSpan.Zero));
            test.Sink.Record(line);
        }

        await test.Sink.FlushAsync();
        Assert.Equal(["/2100", "/2026", "/1970"], (await test.Reader.LinesAsync(new TraceQuery())).Items.Select(l => l.Route));
        Assert.Equal(["2026-01-05"], Directory.GetDirectories(test.Directory).Select(Path.GetFileName));
    }

    private static void MakeNewer(string path)
    {
        using var newer = Database.OpenWriter(path, 1_000, 1_000);
        newer.Execute("PRAGMA user_version=99; PRAGMA journal_mode=DELETE");
    }
}
