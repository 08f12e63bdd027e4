using Orion.Sink.Reading;
using Orion.Sink.Rows;
using Orion.Sink.Segments;
using Orion.Sink.Sql;

namespace Orion.Sink.Tests;

public sealed class RetentionTests
{
    [Fact]
    public async Task Days_past_their_keeping_go_as_whole_folders()
    {
        await using var test = new TestSink(o => o.RawDays = 2);
        for (var day = 0; day < 5; day++)
        {
            test.Sink.Record(test.Line($"/{day}"));
            await test.Sink.FlushAsync();
            test.Time.Advance(TimeSpan.FromDays(1));
        }

        test.Sink.Record(test.Line("/5"));
        await test.Sink.FlushAsync();
        await FoldersAsync(test, "2026-01-09", "2026-01-10");

        Assert.Equal(["/5", "/4"], (await test.Reader.LinesAsync(new TraceQuery())).Items.Select(l => l.Route));
        Assert.Equal(6, (await test.LossAsync("lines")).Stored);
    }

    [Fact]
    public async Task Past_the_quota_the_oldest_day_goes_first()
    {
        await using var test = new TestSink(o => o.QuotaBytes = 3 * 1024 * 1024);
        for (var day = 0; day < 4; day++)
        {
            for (var i = 0; i < 1_500; i++)
            {
                test.Sink.Record(Padded(test, $"/{day}"));
            }

            await test.Sink.FlushAsync();
            test.Time.Advance(TimeSpan.FromDays(1));
        }

        await test.TidiedAsync(async () => (await test.Reader.StorageAsync()).RemovedForQuota is not null, "the removal is noted");
        Assert.True((await test.Reader.StorageAsync()).OldestDay > new DateOnly(2026, 1, 5));
        Assert.Equal(6_000, (await test.Reader.OverviewAsync(TimeSpan.FromDays(7))).PublicApi.Count);
    }

    [Fact]
    public async Task Rows_that_the_quota_leaves_no_room_for_still_count_in_the_figures()
    {
        await using var test = new TestSink(o => o.QuotaBytes = 1024 * 1024);
        for (var i = 0; i < 1_500; i++)
        {
            test.Sink.Record(Padded(test, "/kept"));
        }

        await test.TidiedAsync(async () => (await test.Reader.StorageAsync()).OverQuota, "today alone exceeds the quota");

        var sampledOut = test.Line("/left-out");
        sampledOut.SampledOut = true;
        test.Sink.Record(sampledOut);
        for (var i = 0; i < 10; i++)
        {
            test.Sink.Record(test.Line("/dropped"));
            test.Sink.Record(test.Span(default));
            test.Sink.Metrics.RecordSimple("orion.test.level", i);
        }

        await test.Sink.FlushAsync();
        Assert.Equal(new LossRow("api", "lines", 1_511, 1_500, 1, 10, 0), await test.LossAsync("lines"));
        Assert.Contains(await test.Reader.LossReasonsAsync(), r => r is { Stream: "spans", Reason: "quota", Rows: 10 });
        Assert.Equal(1_511, (await test.Reader.OverviewAsync(TimeSpan.FromHours(1))).PublicApi.Count);
        Assert.Equal(10,
            Assert.Single(await test.Reader.FiguresAsync(FiguresOf.Routes, TimeSpan.FromHours(1)), f => f.Name == "/dropped").Count);
        var level =
            await test.Reader.MetricAsync("orion.test.level", test.Time.GetUtcNow().AddHours(-1), test.Time.GetUtcNow().AddHours(1));
        Assert.Equal(10, Assert.Single(level).Minutes.Sum(m => m.Points));
        Assert.Empty(await test.Sink.RecomputeAsync(test.Time.GetUtcNow()) ?? throw new InvalidOperationException("No answer."));
    }

    [Fact]
    public async Task What_cannot_be_removed_is_tried_again()
    {
        await using var test = new TestSink(o => o.RawDays = 1);
        var old = SegmentFiles.SegmentPath(test.Directory, new DateOnly(2026, 1, 1), "gone");
        var obstacle = Directory.CreateDirectory(old + "-shm");
        await File.WriteAllTextAsync(old, "");
        await File.WriteAllTextAsync(old + "-wal", "");
        await test.TidiedAsync(() => !File.Exists(old + "-wal"), "the removal comes to the obstacle");
        Assert.True(File.Exists(old));

        obstacle.Delete();
        await FoldersAsync(test);
    }

    [Fact]
    public async Task Yesterdays_segment_is_closed_when_nobody_needs_it_and_opened_again_for_a_late_row()
    {
        await using var test = new TestSink();
        var yesterday = UnixTime.DayOf(test.Now);
        var path = SegmentFiles.SegmentPath(test.Directory, yesterday, "api");
        test.Sink.Record(test.Line("/in-time"));
        var late = test.Line("/late");
        await test.Sink.FlushAsync();
        Assert.True(File.Exists(path + "-wal"));
        test.Time.Advance(TimeSpan.FromDays(1));

        // The check of yesterday's rollups may be reading it just then; what could not be closed is closed a minute later.
        await test.TidiedAsync(() => SegmentFiles.WalBytes(path) == 0, "yesterday's segment is closed and its WAL copied back");
        test.Sink.Record(late);
        await test.Sink.FlushAsync();
        Assert.Equal(["/in-time", "/late"], (await test.Reader.LinesAsync(new TraceQuery())).Items.Select(l => l.Route).Order());
        Assert.Equal(["2026-01-05"], Directory.GetDirectories(test.Directory).Select(Path.GetFileName));
        Assert.Equal((2, 0), await test.LossAsync("lines") is var loss ? (loss.Stored, loss.Dropped) : default);
    }

    [Fact]
    public void A_large_file_loses_its_name_at_once_and_its_space_when_nobody_can_be_reading_it()
    {
        using var folder = new TempFolder();
        var time = new FakeTimeProvider(TestSink.Start);
        var path = folder.File("day.db");
        using var reader = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        reader.SetLength(100 * 1024 * 1024);
        using var removal = new FileRemoval(time);
        removal.Delete(path);
        Assert.False(File.Exists(path));
        time.Advance(TimeSpan.FromSeconds(59));
        removal.Free(() => false);
        Assert.Equal(100 * 1024 * 1024, reader.Length);
        time.Advance(TimeSpan.FromSeconds(1));
        removal.Free(() => false);
        Assert.InRange(reader.Length, 0, 16 * 1024 * 1024);
    }

    [Fact]
    public async Task A_wal_that_a_kill_left_is_copied_back_but_that_of_a_newer_file_is_left_as_it_is()
    {
        await using var test = new TestSink();
        await test.Sink.DisposeAsync();
        var killed = LeaveWal(test, new DateOnly(2026, 1, 2), version: 0);
        var newer = LeaveWal(test, new DateOnly(2026, 1, 3), version: 99);
        var bytes = await File.ReadAllBytesAsync(newer);
        await test.ReopenAsync();
        // The newest day comes first.
        await test.TidiedAsync(() => SegmentFiles.WalBytes(killed) == 0, "the killed run's WAL is copied back");
        Assert.True(SegmentFiles.WalBytes(newer) > 0);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(newer));
    }

    private static string LeaveWal(TestSink test, DateOnly day, int version)
    {
        var path = SegmentFiles.SegmentPath(test.Directory, day, "api");
        PrivateFolder.Make(Path.GetDirectoryName(path)!);
        using var database = Database.OpenWriter(path, busyMs: 1_000, cacheKib: 100);
        database.Execute($"CREATE TABLE t (x); PRAGMA user_version={version}");
        database.LeaveWal();
        return path;
    }

    private static CanonicalLine Padded(TestSink test, string route)
    {
        var line = test.Line(route);
        line.Attributes = [new("padding", new string('x', 1_000))];
        return line;
    }

    private static Task FoldersAsync(TestSink test, params string[] days) =>
        test.TidiedAsync(() => Directory.GetDirectories(test.Directory).Select(d => Path.GetFileName(d)!).Order()
            .SequenceEqual(days), $"the folders left are {string.Join(", ", days)}");
}
