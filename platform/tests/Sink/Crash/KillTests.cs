using System.Diagnostics;
using System.Text.Json;
using Orion.Sink.Audit;
using Orion.Sink.Reading;
using Orion.Sink.Segments;
using Orion.Sink.Sql;
using Xunit.Abstractions;

namespace Orion.Sink.Tests;

public sealed class KillTests(ITestOutputHelper output)
{
    // Each kill costs a process start; ORION_KILLS=100 runs the long form.
    private static readonly int s_kills = int.TryParse(Environment.GetEnvironmentVariable("ORION_KILLS"), out var kills) ? kills : 8;

    [Fact]
    public async Task
        Two_writers_killed_while_others_read_and_checkpoint_leave_sound_files_lose_nothing_acknowledged_and_say_what_is_missing()
    {
        using var folder = new TempFolder();
        var writers = new[] { new Victim(folder.Path, "one"), new Victim(folder.Path, "two") };
        var killed = Task.WhenAll(writers.Select(w => w.RunAndKillAsync(s_kills / 2)));
        await Eventually.TrueAsync(() => killed.IsCompleted || writers.All(w => w.Audited.Length > 0), "both write");
        await using var reader = new TelemetryReader(folder.Path, TimeProvider.System);
        var reads = 0;
        await using (var checkpointer = new Checkpointer(SegmentFiles.CentralPath(folder.Path)))
        {
            for (; !killed.IsCompleted; reads++)
            {
                Assert.Empty((await reader.LinesAsync(new TraceQuery { Limit = 50 })).Skipped);
                Assert.All(await reader.LossAsync(), l => Assert.True(l.Produced >= l.Stored));
                await reader.AuditAsync(new AuditQuery());
            }

            await killed;
            output.WriteLine(
                $"{s_kills} kills, {reads} reads, {checkpointer.Whole} whole checkpoints, {checkpointer.Contended} met another");
            Assert.True(checkpointer.Whole > 0 && reads > 0);
        }

        foreach (var writer in writers)
        {
            // The next run of its name says what became of the last one.
            await using var last =
                new TelemetrySink(new TelemetrySinkOptions { Directory = folder.Path, Process = writer.Name }, TimeProvider.System);
            await last.FlushAsync();
        }

        foreach (var file in Directory.GetFiles(folder.Path, "*.db", SearchOption.AllDirectories))
        {
            using var database = Database.OpenReader(file);
            using var check = database.Prepare("PRAGMA integrity_check");
            Assert.True(check.Step());
            Assert.Equal("ok", check.Text(0));
        }

        var all = 0L;
        foreach (var writer in writers)
        {
            all += await AssertKeptAsync(folder.Path, writer, reader);
        }

        Assert.Equal(all, (await reader.OverviewAsync(TimeSpan.FromHours(1))).PublicApi.Count);
    }

    /// <summary>Returns how many lines of it are stored.</summary>
    private async Task<long> AssertKeptAsync(string directory, Victim writer, TelemetryReader reader)
    {
        using var central = Database.OpenReader(SegmentFiles.CentralPath(directory));
        using var find = central.Prepare("SELECT count(*) FROM audit_log WHERE id IN (SELECT value FROM json_each(?))");
        find.Bind(1, JsonSerializer.Serialize(writer.Audited)).Step();
        var (audited, stored) =
            (find.Long(0), Directory.GetFiles(directory, $"{writer.Name}.db", SearchOption.AllDirectories).Sum(CountLines));
        var loss = (await reader.LossAsync()).Single(l => l.Process == writer.Name && l.Stream == "lines");
        output.WriteLine($"{writer.Name}: audit entries {writer.Audited.Length} acknowledged, {audited} of them stored; " +
            $"lines {writer.Settled} acknowledged, {loss}");
        Assert.Equal(writer.Audited.Length, audited);
        Assert.True(stored >= writer.Settled, $"{writer.Settled} lines were committed, {stored} are there");
        Assert.Equal((stored, 0), (loss.Stored, loss.Buffered));
        Assert.Equal(loss.Produced, loss.Stored + loss.Dropped);
        // What is lost was handed over after the last commit its writer told of, so within one flush interval; all of it is told of.
        Assert.InRange(loss.Dropped, 0, writer.Unsettled);
        Assert.InRange(loss.Produced, writer.Handed, writer.Handed + (CrashWriter.PerRound * s_kills / 2));
        Assert.Equal(loss.Dropped, (await reader.LossReasonsAsync())
            .Where(r => r.Process == writer.Name && r.Stream == "lines" && r.Reason == "killed").Sum(r => r.Rows));
        var entries = (await reader.LossAsync()).Single(l => l.Process == writer.Name && l.Stream == "audit");
        using var all = central.Prepare("SELECT count(*) FROM audit_log WHERE component = ?");
        all.Bind(1, writer.Name).Step();
        Assert.Equal((all.Long(0), all.Long(0), 0), (entries.Produced, entries.Stored, entries.Dropped));
        return stored;
    }

    private static long CountLines(string file)
    {
        using var database = Database.OpenReader(file);
        return database.QueryLong("SELECT count(*) FROM canonical_lines");
    }

    /// <summary>A writer that is killed again and again, and what its runs told of themselves.</summary>
    private sealed class Victim(string directory, string name)
    {
        private readonly List<string> _audited = [];

        public string Name => name;

        /// <summary>Audit entries that were acknowledged.</summary>
        public string[] Audited
        {
            get
            {
                lock (_audited)
                {
                    return [.. _audited];
                }
            }
        }

        /// <summary>Lines that were flushed, or that it knew to be committed.</summary>
        public long Settled { get; private set; }

        /// <summary>Lines that it said it had handed over.</summary>
        public long Handed { get; private set; }

        /// <summary>At most so many more were handed over.</summary>
        public long Unsettled { get; private set; }

        public async Task RunAndKillAsync(int times)
        {
            var random = new Random(name.Length);
            for (var kill = 0; kill < times; kill++)
            {
                await RunAndKillOnceAsync(wait: random.Next(1, 12));
            }
        }

        /// <summary>Starts a writer, waits until it has said so many times that it writes, and kills it.</summary>
        private async Task RunAndKillOnceAsync(int wait)
        {
            var assembly = typeof(CrashWriter).Assembly.Location;
            using var process = Process.Start(new ProcessStartInfo("dotnet", [assembly, "crash-writer", directory, name])
            {
                RedirectStandardOutput = true,
                UseShellExecute = false,
            })!;
            var (settled, handed) = (0L, 0L);
            while (await process.StandardOutput.ReadLineAsync() is { } line)
            {
                switch (line.Split(' '))
                {
                    case ["audit", var id, "."]:
                        lock (_audited)
                        {
                            _audited.Add(id);
                        }

                        break;
                    case ["flushed", var lines]:
                        settled = Math.Max(settled, long.Parse(lines));
                        break;
                    case ["writing", var lines, var stored, "."]:
                        (handed, settled) = (long.Parse(lines), Math.Max(settled, long.Parse(stored)));
                        if (--wait == 0)
                        {
                            process.Kill();
                        }

                        break;
                }
            }

            await process.WaitForExitAsync();
            Settled += settled;
            Handed += handed;
            Unsettled += handed + CrashWriter.PerRound - settled;
        }
    }
}
