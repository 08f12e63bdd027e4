using Orion.Sink.Alerts;
using Orion.Sink.Audit;
using Orion.Sink.Reading;
using Orion.Sink.Rows;
using Orion.Sink.Segments;
using Orion.Sink.Sql;

namespace Orion.Sink.Tests;

public sealed class StuckReaderTests
{
    private const long MaxWal = 2 * 1024 * 1024;

    [Fact]
    public async Task A_reader_that_never_ends_cannot_grow_a_segments_wal_and_is_named()
    {
        await using var test = new TestSink(o => o.MaxWalBytes = MaxWal);
        await RecordAsync(test, 1);
        var first = SegmentFiles.SegmentPath(test.Directory, UnixTime.DayOf(test.Now), "api");
        await using var reader = new TelemetryReader(test.Directory, test.Time) { HeldWalBytes = MaxWal / 2 };
        using (var stuck = await StuckReader.StartAsync(first))
        {
            for (var i = 0; i < 40; i++)
            {
                await RecordAsync(test, 300);
            }

            Assert.InRange(SegmentFiles.WalBytes(first), MaxWal / 2, MaxWal);
            Assert.Equal(["api.db", "api~2.db"], Directory.GetFiles(Path.GetDirectoryName(first)!, "*.db").Select(Path.GetFileName)
                .Order());
            var held = Assert.Single((await reader.StorageAsync()).Held);
            Assert.Equal(Path.Combine("2026-01-05", "api.db"), held.File);
            if (OperatingSystem.IsLinux())
            {
                Assert.Contains($"{stuck.Id} dotnet", held.By);
            }
        }

        Assert.Equal((12_001, 0), await test.LossAsync("lines") is var loss ? (loss.Stored, loss.Dropped) : default);
        Assert.Equal(1_000, (await test.Reader.LinesAsync(new TraceQuery { Limit = 1_000 })).Items.Count);
        Assert.Empty(await test.Sink.RecomputeAsync(test.Time.GetUtcNow()) ?? throw new InvalidOperationException("No answer."));

        // Once it has gone, what it held is copied back.
        await test.TidiedAsync(() => SegmentFiles.WalBytes(first) == 0, "the first part is copied back");
        Assert.Empty((await reader.StorageAsync()).Held);

        await test.ReopenAsync();
        await RecordAsync(test, 1);
        Assert.Equal(2, Directory.GetFiles(Path.GetDirectoryName(first)!, "*.db").Length);
        Assert.Equal(12_002, (await test.LossAsync("lines")).Stored);
    }

    [Fact]
    public async Task A_reader_that_never_ends_makes_the_central_rows_wait_and_nothing_of_them_is_lost()
    {
        await using var test = new TestSink(o => (o.MaxWalBytes, o.FlushInterval) = (MaxWal, TimeSpan.FromMilliseconds(20)));
        await RecordAsync(test, 1);
        var central = SegmentFiles.CentralPath(test.Directory);
        using (await StuckReader.StartAsync(central))
        {
            var events = 0;
            while (SegmentFiles.WalBytes(central) <= MaxWal / 2)
            {
                test.Sink.Track("tried");
                events++;
                await test.Sink.FlushAsync();
            }

            // A flush writes whatever it costs; the cycles between do not, but let single writes through.
            var before = Tracked(central);
            Assert.Equal(events, before);
            test.Sink.Track("waits");
            Assert.True(await test.Sink.RaiseAlertAsync(new AlertRow
            {
                Rule = "r",
                Subject = "s",
                State = AlertState.Firing,
                Severity = "warning",
                Summary = "x",
                OpenedAt = test.Time.GetUtcNow(),
                UpdatedAt = test.Time.GetUtcNow(),
            }));
            await test.Sink.Audit.LogAsync(new AuditEntry { Component = "c", Action = "o" });
            Assert.Equal(before, Tracked(central));
            Assert.InRange(SegmentFiles.WalBytes(central), MaxWal / 2, MaxWal);
        }

        await Eventually.TrueAsync(
            () =>
            {
                test.Sink.Track("again");
                using var database = Database.OpenReader(central);
                return database.QueryLong("SELECT count(*) FROM _orion_events WHERE name = 'waits'") == 1
                    && SegmentFiles.WalBytes(central) <= MaxWal / 2;
            },
            "writing resumes by itself");
        await test.Sink.FlushAsync();
        Assert.Equal(0, (await test.LossAsync("tracked")).Dropped);
    }

    private static long Tracked(string central)
    {
        using var database = Database.OpenReader(central);
        return database.QueryLong("SELECT count(*) FROM _orion_events");
    }

    private static async Task RecordAsync(TestSink test, int rows)
    {
        for (var i = 0; i < rows; i++)
        {
            test.Sink.Record(test.Line());
        }

        await test.Sink.FlushAsync();
    }
}
