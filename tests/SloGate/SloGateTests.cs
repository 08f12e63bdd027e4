using System.Diagnostics;
using System.Reflection;

namespace OrionPlatform.SloGate.Tests;

/// <summary>The short SLO gate, so that `dotnet test` is the whole of what a change has to pass. The reports are in reports/.</summary>
public sealed class SloGateTests
{
    // 20 s of load, and the platform's start and stop on a slow machine.
    private static readonly TimeSpan s_within = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task The_platform_holds_its_objectives_under_the_smoke_profile()
    {
        var built = Path.Combine(Metadata("RepositoryRoot"), "load-tests", "bin", Metadata("Configuration"));
        var program = Assert.Single(Directory.GetFiles(built, "*.LoadTests.dll", SearchOption.AllDirectories));
        using var gate = Process.Start(new ProcessStartInfo("dotnet", [program, "--profile", "smoke"])
        {
            WorkingDirectory = Metadata("RepositoryRoot"),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        var (output, errors) = (gate.StandardOutput.ReadToEndAsync(), gate.StandardError.ReadToEndAsync());
        try
        {
            await gate.WaitForExitAsync().WaitAsync(s_within);
        }
        catch (TimeoutException)
        {
            gate.Kill(entireProcessTree: true);
            await gate.WaitForExitAsync();
        }

        Assert.True(gate.ExitCode == 0, $"The SLO gate ended with {gate.ExitCode}:\n{await output}{await errors}");
    }

    private static string Metadata(string key) =>
        typeof(SloGateTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;
}
