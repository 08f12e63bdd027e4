using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using System.Xml.Linq;
using Orion.LoadTesting;
using OrionPlatform.ServiceDefaults;
using OrionPlatform.Tests;

namespace OrionPlatform.LoadTests.Tests;

/// <summary>The program as CI starts it.</summary>
public sealed class ProgramTests : IDisposable
{
    private readonly TempFolder _folder = new();

    // As it is built for itself: beside the tests it lacks what they take from their framework.
    private static readonly string s_program = Directory.EnumerateFiles(
        typeof(ProgramTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "LoadTests").Value!,
        Path.GetFileName(typeof(PublicApi).Assembly.Location), SearchOption.AllDirectories).First();

    public ProgramTests() => File.WriteAllText(_folder.File("dev-keys.json"), AllocationServer.Keys);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_quick_server_passes_and_leaves_three_reports()
    {
        await using var server = await AllocationServer.StartAsync();

        var (code, output) = await RunUntilToldAsync("--url", server.Url.ToString(), "--rate=200", "--duration=2s", "--warm-up=1s");

        Assert.True(code == ExitCodes.Pass, output);
        Assert.Contains("SLO gate: PASS", output, StringComparison.Ordinal);
        Assert.Contains($"| PASS    | {Slos.PublicApiP95.Name} ", output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', output);
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(Report("slo-gate.json")));
        Assert.Equal("PASS", json.RootElement.GetProperty("outcome").GetString());
        Assert.Equal(
            400,
            json.RootElement.GetProperty("calls").EnumerateObject()
                .Where(c => c.Name != "get allocation")
                .Sum(c => c.Value.GetProperty("latency").GetProperty("count").GetInt32()) + 80 - 4);
        var active = Assert.Single(json.RootElement.GetProperty("endToEnd").EnumerateObject()).Value;
        Assert.Equal(250, active.GetProperty("times").GetProperty("p50Ms").GetDouble());
        Assert.Contains(
            XDocument.Load(Report("slo-gate.junit.xml")).Descendants("testcase"),
            c => c.Attribute("name")?.Value == Slos.PublicApiP95.Name && !c.HasElements);
        Assert.Contains(
            "| PASS | " + Slos.PublicApiP99.Name, await File.ReadAllTextAsync(Report("slo-gate.md")), StringComparison.Ordinal);
        Assert.All(server.States, state => Assert.Equal("releasing", state));
    }

    [Fact]
    public async Task A_slow_server_fails_the_gate()
    {
        await using var server = await AllocationServer.StartAsync(delay: TimeSpan.FromMilliseconds(400));

        var (code, output) = await RunUntilToldAsync("--url", server.Url.ToString(), "--rate=200", "--duration=2s", "--warm-up=1s");

        Assert.True(code == ExitCodes.Failed, output);
        Assert.Contains(
            XDocument.Load(Report("slo-gate.junit.xml")).Descendants("testcase"),
            c => c.Attribute("name")?.Value == Slos.PublicApiP95.Name && c.Element("failure") is not null);
    }

    [Fact]
    public async Task Too_few_calls_cannot_tell()
    {
        await using var server = await AllocationServer.StartAsync();

        var (code, output) = await RunAsync("--url", server.Url.ToString(), "--rate=20", "--duration=1s", "--warm-up=0s");

        Assert.True(code == ExitCodes.Invalid, output);
        Assert.Contains("needs 299 samples", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_run_says_why_in_one_sentence()
    {
        var (unknown, sentence) = await RunAsync("--fast");
        Assert.Equal(ExitCodes.Error, unknown);
        Assert.StartsWith("Unrecognized command or argument '--fast'.", sentence, StringComparison.Ordinal);

        var (nobody, there) = await RunAsync("--url", "http://127.0.0.1:1");
        Assert.Equal(ExitCodes.Error, nobody);
        Assert.StartsWith("Nothing answers at http://127.0.0.1:1/", there, StringComparison.Ordinal);

        var (noPath, empty) = await RunAsync("--keys=");
        Assert.Equal(ExitCodes.Error, noPath);
        Assert.Contains("--keys", empty, StringComparison.Ordinal);

        await using var server = await AllocationServer.StartAsync();
        await File.WriteAllTextAsync(_folder.File("dev-keys.json"), "[]");
        var (noKeys, keys) = await RunAsync("--url", server.Url.ToString());
        Assert.Equal(ExitCodes.Error, noKeys);
        Assert.Contains("dev-keys.json has to hold tenants with apiKey and projectId.", keys, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_and_the_version_are_told()
    {
        var (code, help) = await RunAsync("--help");
        Assert.Equal(ExitCodes.Pass, code);
        Assert.Contains("--report-folder <FOLDER>", help, StringComparison.Ordinal);
        Assert.Contains("3 the run cannot tell", help, StringComparison.Ordinal);
        Assert.Contains("gate (default): 60 calls/s for 30 s. smoke: 40 calls/s for 20 s. demo: ", help, StringComparison.Ordinal);
        Assert.Contains("--keys <FILE>", help, StringComparison.Ordinal);

        var (versionCode, version) = await RunAsync("--version");
        Assert.Equal(ExitCodes.Pass, versionCode);
        Assert.Matches(@"^\d+\.\d+\.\d+", version);
    }

    [LinuxFact]
    public async Task A_run_that_is_told_to_stop_cannot_tell()
    {
        await using var server = await AllocationServer.StartAsync();
        using var run = Start("--url", server.Url.ToString(), "--duration=10m", "--warm-up=0s");
        var output = run.StandardOutput.ReadToEndAsync();
        await Eventually.TrueAsync(() => server.Requests >= 3, "the load");
        Signals.AskToStop(run);
        await run.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(ExitCodes.Invalid, run.ExitCode);
        Assert.EndsWith("Stopped.\n", await output, StringComparison.Ordinal);
    }

    [LinuxFact]
    public async Task Demo_traffic_outlives_a_restart_of_the_api_and_stops_at_once_when_told()
    {
        var server = await AllocationServer.StartAsync();
        using var demo = Start("--profile=demo", "--url", server.Url.ToString());
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

    private string Report(string name) => Path.Combine(_folder.Path, "reports", name);

    // A machine that is too busy to tell says so, and is asked again.
    private async Task<(int Code, string Output)> RunUntilToldAsync(params string[] arguments)
    {
        var result = await RunAsync(arguments);
        for (var again = 0; result.Code == ExitCodes.Invalid && again < 3; again++)
        {
            result = await RunAsync(arguments);
        }

        return result;
    }

    private async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        return (process.ExitCode, await output + await errors);
    }

    private Process Start(params string[] arguments)
    {
        var keys = arguments.Contains("--url") ? ["--keys", _folder.File("dev-keys.json")] : Array.Empty<string>();
        return Process.Start(new ProcessStartInfo("dotnet", [s_program, .. arguments, .. keys])
        {
            WorkingDirectory = _folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
    }
}
