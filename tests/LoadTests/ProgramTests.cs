using System.Text.Json;
using System.Xml.Linq;
using Orion.LoadTesting;
using OrionPlatform.ServiceDefaults;
using OrionPlatform.Tests;

namespace OrionPlatform.LoadTests.Tests;

/// <summary>The program as CI and AppHost start it.</summary>
public sealed class ProgramTests : IDisposable
{
    private readonly LoadTestProgram _program = new();

    public void Dispose() => _program.Dispose();

    [Fact]
    public async Task A_quick_server_passes_and_leaves_three_reports()
    {
        await using var server = await AllocationServer.StartAsync();

        var (code, output) = await _program.RunUntilAsync(
            ExitCodes.Pass, "--url", server.Url.ToString(), "--rate=200", "--duration=2s", "--warm-up=3s");

        Assert.True(code == ExitCodes.Pass, output);
        Assert.Contains("SLO gate: PASS", output, StringComparison.Ordinal);
        Assert.Contains($"| PASS    | {Slos.PublicApiP95.Name} ", output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', output);
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(_program.Report("slo-gate.json")));
        Assert.Equal("PASS", json.RootElement.GetProperty("outcome").GetString());
        Assert.Equal(
            400,
            json.RootElement.GetProperty("calls").EnumerateObject()
                .Where(c => c.Name != "get allocation")
                .Sum(c => c.Value.GetProperty("latency").GetProperty("count").GetInt32()) + 80 - 4);
        var active = Assert.Single(json.RootElement.GetProperty("endToEnd").EnumerateObject()).Value;
        Assert.Equal(250, active.GetProperty("times").GetProperty("p50Ms").GetDouble());
        Assert.Contains(
            XDocument.Load(_program.Report("slo-gate.junit.xml")).Descendants("testcase"),
            c => c.Attribute("name")?.Value == Slos.PublicApiP95.Name && !c.HasElements);
        Assert.Contains(
            "| PASS | " + Slos.PublicApiP99.Name, await File.ReadAllTextAsync(_program.Report("slo-gate.md")), StringComparison.Ordinal);
        Assert.All(server.States, state => Assert.Equal("releasing", state));
    }

    [LinuxFact]
    public async Task Demo_traffic_outlives_a_restart_of_the_api_and_stops_at_once_when_told()
    {
        var server = await AllocationServer.StartAsync();
        using var demo = _program.Start("--profile=demo", "--url", server.Url.ToString());
        var output = demo.StandardOutput.ReadToEndAsync();
        await Eventually.TrueAsync(() => server.Requests >= 3, "the demo calls");
        var port = server.Port;
        await server.DisposeAsync();

        await using var restarted = await AllocationServer.StartAsync(port: port);
        await Eventually.TrueAsync(() => restarted.Requests >= 2, "the demo calls again");
        Signals.AskToStop(demo);
        await demo.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(ExitCodes.Pass, demo.ExitCode);
        Assert.Contains("Traffic on", await output, StringComparison.Ordinal);
    }
}
