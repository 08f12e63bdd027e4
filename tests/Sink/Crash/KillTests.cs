using System.Diagnostics;

namespace OrionPlatform.Sink.Tests;

public sealed class KillTests
{
    // Each kill costs a process start; ORION_KILLS=50 runs the long form.
    private static readonly int s_kills = int.TryParse(Environment.GetEnvironmentVariable("ORION_KILLS"), out var kills) ? kills : 8;

    [Fact]
    public async Task A_killed_writer_leaves_sound_files_loses_nothing_acknowledged_and_the_next_run_says_what_is_missing()
    {
        using var folder = new OrionPlatform.Tests.TempFolder();
        var random = new Random(5);
        var audited = new List<string>();
        var (flushed, unsettled) = (0L, 0L);
        for (var kill = 0; kill < s_kills; kill++)
        {
            var run = await RunAndKillAsync(folder.Path, audited, wait: random.Next(1, 12));
            flushed += Math.Max(run.Flushed, run.Committed);
            unsettled += run.Handed + CrashWriter.PerRound - Math.Max(run.Flushed, run.Committed);
        }

        await using (var last = new TelemetrySink(new TelemetrySinkOptions { Directory = folder.Path, Process = "victim" }, TimeProvider.System))
        {
            await last.FlushAsync();
            last.Record(new Heartbeat { Worker = "w", Service = "s", Host = "h", Pid = 1, Time = DateTimeOffset.UtcNow, Interval = TimeSpan.FromSeconds(1), StartedAt = DateTimeOffset.UtcNow });
            await last.FlushAsync();
        }

        foreach (var file in Directory.GetFiles(folder.Path, "*.db", SearchOption.AllDirectories))
        {
            using var database = Database.OpenReader(file);
            using var check = database.Prepare("PRAGMA integrity_check");
            Assert.True(check.Step());
            Assert.Equal("ok", check.Text(0));
        }

        using var central = Database.OpenReader(SegmentFiles.CentralPath(folder.Path));
        using var find = central.Prepare("SELECT count(*) FROM audit_log WHERE id IN (SELECT value FROM json_each(?))");
        find.Bind(1, System.Text.Json.JsonSerializer.Serialize(audited)).Step();
        Assert.Equal(audited.Count, find.Long(0));

        var stored = Directory.GetFiles(folder.Path, "victim.db", SearchOption.AllDirectories).Sum(CountLines);
        Assert.True(stored >= flushed, $"{flushed} lines were flushed, {stored} are there");
        await using var reader = new TelemetryReader(folder.Path, TimeProvider.System);
        var loss = (await reader.LossAsync()).Single(l => l.Stream == "lines");
        Assert.Equal(stored, loss.Stored);
        Assert.Equal(0, loss.Buffered);
        Assert.Equal(loss.Produced, loss.Stored + loss.Dropped);
        // What is lost was handed over after the last commit its writer told of, so within one flush interval.
        Assert.InRange(loss.Dropped, 0, unsettled);
        Assert.Equal(stored, (await reader.OverviewAsync(TimeSpan.FromHours(1))).PublicApi.Count);
    }

    private static long CountLines(string file)
    {
        using var database = Database.OpenReader(file);
        return database.QueryLong("SELECT count(*) FROM canonical_lines");
    }

    /// <summary>Starts a writer, waits until it has said so many times that it writes, and kills it. Returns what it had told of its lines.</summary>
    private static async Task<(long Flushed, long Handed, long Committed)> RunAndKillAsync(string directory, List<string> audited, int wait)
    {
        var assembly = typeof(CrashWriter).Assembly.Location;
        using var process = Process.Start(new ProcessStartInfo("dotnet", [assembly, "crash-writer", directory]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var (flushed, handed, committed) = (0L, 0L, 0L);
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            switch (line.Split(' '))
            {
                case ["audit", var id, "."]:
                    audited.Add(id);
                    break;
                case ["flushed", var lines]:
                    flushed = long.Parse(lines);
                    break;
                case ["writing", var lines, var stored, "."]:
                    (handed, committed) = (long.Parse(lines), long.Parse(stored));
                    if (--wait == 0)
                    {
                        process.Kill();
                    }

                    break;
            }
        }

        await process.WaitForExitAsync();
        return (flushed, handed, committed);
    }
}
