using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Orion.Sink.Audit;
using Orion.Sink.Reading;
using Orion.Sink.Segments;
using Orion.Sink.Sql;

namespace Orion.Sink.Tests;

public sealed class BusyTests
{
    // ORION_BUSY_SECONDS=60 runs the long form.
    private static readonly double s_seconds =
        double.TryParse(Environment.GetEnvironmentVariable("ORION_BUSY_SECONDS"), CultureInfo.InvariantCulture, out var seconds)
            ? seconds
            : 3;

    [Fact]
    public async Task Two_processes_write_and_a_third_reads_and_nobody_ever_hears_that_a_file_is_locked()
    {
        using var folder = new TempFolder();
        var writers = new[] { Start(folder.Path, "api"), Start(folder.Path, "worker") };
        await using var reader = new TelemetryReader(folder.Path, TimeProvider.System);
        var reads = 0;
        for (var ended = Task.WhenAll(writers); !ended.IsCompleted; reads++)
        {
            await reader.OverviewAsync(TimeSpan.FromHours(1));
            Assert.Empty((await reader.LinesAsync(new TraceQuery { Limit = 50 })).Skipped);
            Assert.Empty((await reader.LogsAsync(new LogQuery { Text = "wrote", Limit = 50 })).Skipped);
            await reader.HeartbeatsAsync();
            await reader.AlertsAsync();
            await reader.AuditAsync(new AuditQuery());
            await reader.LossAsync();
            await reader.StorageAsync();
        }

        Assert.True(reads > 0);
        foreach (var outcome in await Task.WhenAll(writers))
        {
            Assert.Equal((0, 0), (outcome.Refused, outcome.Dropped));
            Assert.Equal(outcome.Lines, (await reader.LossAsync()).Single(l => l.Process == outcome.Name && l.Stream == "lines").Stored);
            using var central = Database.OpenReader(SegmentFiles.CentralPath(folder.Path));
            Assert.Equal(outcome.Audits, central.QueryLong($"SELECT count(*) FROM audit_log WHERE component = '{outcome.Name}'"));
        }
    }

    private static async Task<BusyOutcome> Start(string directory, string name)
    {
        string[] arguments =
            [typeof(BusyWriter).Assembly.Location, "busy-writer", directory, name, s_seconds.ToString(CultureInfo.InvariantCulture)];
        using var process = Process.Start(new ProcessStartInfo("dotnet", arguments)
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        return JsonSerializer.Deserialize<BusyOutcome>(output)!;
    }
}
