using Orion.Sink.Audit;
using Orion.Sink.Reading;

namespace Orion.Sink.Tests;

/// <summary>
/// A disk that is full or cannot be written: the service goes on, what is lost is counted by its reason, and writing resumes by itself.
/// </summary>
public sealed class DiskTests
{
    [Fact]
    public async Task A_file_that_cannot_grow_costs_rows_by_name_until_it_can()
    {
        TelemetrySinkOptions options = null!;
        await using var test = new TestSink();
        await WriteAsync(test.Sink, 100);
        // Flushes alone write: a cycle between might find room for a row or two in the last page.
        await test.ReopenAsync(o => (options, o.MaxPages, o.FlushInterval) = (o, 1, TimeSpan.FromMinutes(1)));
        await WriteAsync(test.Sink, 500);
        await WriteAsync(test.Sink, 500);
        options.MaxPages = 0;
        await WriteAsync(test.Sink, 100);
        await AssertAsync(test.Reader, "disk_full", stored: 200, dropped: 1_000);
    }

    [TmpfsFact]
    public async Task A_full_disk_costs_rows_by_name_until_there_is_room()
    {
        using var disk = new Tmpfs(megabytes: 6);
        await using var sink = Open(disk.Path);
        await WriteAsync(sink, 100);
        var ballast = Path.Combine(disk.Path, "ballast");
        Fill(ballast);
        for (var i = 0; i < 20; i++)
        {
            await WriteAsync(sink, 500);
        }

        File.Delete(ballast);
        await WriteAsync(sink, 100);
        await using var reader = new TelemetryReader(disk.Path, TimeProvider.System);
        var loss = (await reader.LossAsync()).Single(l => l.Stream == "lines");
        Assert.InRange(loss.Dropped, 1, 10_000);
        await AssertAsync(reader, "disk_full", stored: 10_200 - loss.Dropped, loss.Dropped);
        Assert.Equal(100, (await reader.LinesAsync(new TraceQuery { Limit = 100 })).Items.Count);
    }

    [TmpfsFact]
    public async Task A_folder_that_is_read_only_costs_rows_by_name_until_it_is_not()
    {
        using var disk = new Tmpfs(megabytes: 6, readOnly: true);
        await using var sink = Open(disk.Path);
        await WriteAsync(sink, 100);
        await Assert.ThrowsAsync<AuditUnavailableException>(() => sink.Audit.LogAsync(new AuditEntry { Component = "c", Action = "o" }));
        disk.MakeWritable();
        await WriteAsync(sink, 50);
        await sink.Audit.LogAsync(new AuditEntry { Component = "c", Action = "o" });
        await using var reader = new TelemetryReader(disk.Path, TimeProvider.System);
        await AssertAsync(reader, "cannot_open", stored: 50, dropped: 100);
    }

    [Fact]
    public async Task A_file_in_the_folders_place_costs_rows_by_name_until_it_has_gone()
    {
        using var folder = new TempFolder();
        var directory = folder.File("telemetry");
        await File.WriteAllTextAsync(directory, "not a folder");
        await using var sink = Open(directory);
        await WriteAsync(sink, 100);
        File.Delete(directory);
        await WriteAsync(sink, 50);
        await using var reader = new TelemetryReader(directory, TimeProvider.System);
        await AssertAsync(reader, "cannot_open", stored: 50, dropped: 100);
    }

    private static TelemetrySink Open(string directory) =>
        new(new TelemetrySinkOptions { Directory = directory, Process = "api", FlushInterval = TimeSpan.FromMilliseconds(20) },
            TimeProvider.System);

    private static async Task WriteAsync(TelemetrySink sink, int rows)
    {
        for (var i = 0; i < rows; i++)
        {
            sink.Record(CrashWriter.Line());
        }

        await sink.FlushAsync();
    }

    private static void Fill(string path)
    {
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
            {
                file.Write(new byte[4096]);
            }
        }
        catch (IOException)
        {
            // That was all there is.
        }
    }

    private static async Task AssertAsync(TelemetryReader reader, string reason, long stored, long dropped)
    {
        var loss = (await reader.LossAsync()).Single(l => l.Stream == "lines");
        Assert.Equal((stored + dropped, stored, dropped, 0), (loss.Produced, loss.Stored, loss.Dropped, loss.Buffered));
        Assert.Equal((reason, dropped),
            Assert.Single(await reader.LossReasonsAsync(), r => r.Stream == "lines") is var found ? (found.Reason, found.Rows) : default);
    }
}
