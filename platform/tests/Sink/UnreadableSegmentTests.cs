using Orion.Sink.Rows;
using Orion.Sink.Segments;
using Orion.Sink.Sql;

namespace Orion.Sink.Tests;

/// <summary>What a process does at its start with a segment of its own that it cannot read.</summary>
public sealed class UnreadableSegmentTests
{
    [Fact]
    public async Task After_a_kill_a_damaged_segment_costs_neither_the_central_file_nor_the_rollups_of_its_rows()
    {
        await using var test = new TestSink();
        test.Sink.Record(test.Line());
        test.Sink.Track("kept");
        await test.Sink.FlushAsync();
        await test.Sink.DisposeAsync();
        using (var central = Database.OpenWriter(SegmentFiles.CentralPath(test.Directory), 1_000, 1_000))
        {
            // As a kill leaves it.
            central.Execute("UPDATE loss_account SET ended = 0");
        }

        await File.WriteAllBytesAsync(SegmentFiles.SegmentPath(test.Directory, UnixTime.DayOf(test.Now), "api"),
            [.. Enumerable.Repeat((byte)0x5A, 8192)]);
        await test.ReopenAsync();
        test.Sink.Record(test.Line());
        await test.Sink.FlushAsync();

        var aside = Assert.Single((await test.Reader.StorageAsync()).SetAside);
        Assert.StartsWith("2026-01-05/api.db.corrupt-", aside, StringComparison.Ordinal);
        Assert.Equal(2, (await test.Reader.OverviewAsync(TimeSpan.FromMinutes(1))).PublicApi.Count);
        Assert.Equal("kept",
            Assert.Single(await test.Reader.TrackedAsync(test.Time.GetUtcNow(), test.Time.GetUtcNow().AddMinutes(1))).Name);
        Assert.Equal(2, (await test.Reader.LossAsync()).Single(l => l.Stream == "lines").Stored);
    }
}
