using System.Diagnostics;
using System.Text.Json;
using Orion.Sink.Audit;

namespace Orion.Sink.Tests;

public sealed class NoSqliteTests
{
    [Fact]
    public async Task A_library_that_cannot_be_loaded_costs_the_telemetry_is_counted_and_nothing_hangs()
    {
        using var folder = new TempFolder();
        using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(NoSqlite).Assembly.Location, "no-sqlite", folder.Path])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await errors);
        Assert.Equal(
            new NoSqliteOutcome(nameof(AuditUnavailableException), nameof(AuditUnavailableException), false, "closed 1, no_sqlite 4",
                "no_sqlite 3", 0, null),
            JsonSerializer.Deserialize<NoSqliteOutcome>(output));
    }
}
