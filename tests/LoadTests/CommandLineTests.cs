using System.Xml.Linq;
using Orion.LoadTesting;
using OrionPlatform.ServiceDefaults;
using OrionPlatform.Tests;

namespace OrionPlatform.LoadTests.Tests;

/// <summary>What every load test does with its command line, and how it ends.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly LoadTestProgram _program = new();

    public void Dispose() => _program.Dispose();

    [Fact]
    public async Task A_slow_server_fails_the_gate()
    {
        await using var server = await AllocationServer.StartAsync(delay: TimeSpan.FromMilliseconds(400));

        var (code, output) = await _program.RunUntilAsync(
            ExitCodes.Failed, "--url", server.Url.ToString(), "--rate=200", "--duration=2s", "--warm-up=0s");

        Assert.True(code == ExitCodes.Failed, output);
        Assert.Contains(
            XDocument.Load(_program.Report("slo-gate.junit.xml")).Descendants("testcase"),
            c => c.Attribute("name")?.Value == Slos.PublicApiP95.Name && c.Element("failure") is not null);
    }

    [Fact]
    public async Task Too_few_calls_cannot_tell()
    {
        await using var server = await AllocationServer.StartAsync();

        var (code, output) = await _program.RunAsync("--url", server.Url.ToString(), "--rate=20", "--duration=1s", "--warm-up=0s");

        Assert.True(code == ExitCodes.Invalid, output);
        Assert.Contains("needs 299 samples", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_run_says_why_in_one_sentence()
    {
        var (unknown, sentence) = await _program.RunAsync("--fast");
        Assert.Equal(ExitCodes.Error, unknown);
        Assert.StartsWith("Unrecognized command or argument '--fast'.", sentence, StringComparison.Ordinal);

        var (nobody, there) = await _program.RunAsync("--url", "http://127.0.0.1:1");
        Assert.Equal(ExitCodes.Error, nobody);
        Assert.StartsWith("Nothing answers at http://127.0.0.1:1/", there, StringComparison.Ordinal);

        var (noPath, empty) = await _program.RunAsync("--keys=");
        Assert.Equal(ExitCodes.Error, noPath);
        Assert.Contains("--keys", empty, StringComparison.Ordinal);

        await using var server = await AllocationServer.StartAsync();
        await File.WriteAllTextAsync(_program.Keys, "[]");
        var (noKeys, keys) = await _program.RunAsync("--url", server.Url.ToString());
        Assert.Equal(ExitCodes.Error, noKeys);
        Assert.Contains("dev-keys.json has to hold tenants with apiKey and projectId.", keys, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_and_the_version_are_told()
    {
        var (code, help) = await _program.RunAsync("--help");
        Assert.Equal(ExitCodes.Pass, code);
        Assert.Contains("--report-folder <FOLDER>", help, StringComparison.Ordinal);
        Assert.Contains("3 the run cannot tell", help, StringComparison.Ordinal);
        Assert.Contains("gate (default): 60 calls/s for 30 s. smoke: 40 calls/s for 12 s. demo: ", help, StringComparison.Ordinal);
        Assert.Contains("--keys <FILE>", help, StringComparison.Ordinal);

        var (versionCode, version) = await _program.RunAsync("--version");
        Assert.Equal(ExitCodes.Pass, versionCode);
        Assert.Matches(@"^\d+\.\d+\.\d+", version);
    }

    [LinuxFact]
    public async Task A_run_that_is_told_to_stop_cannot_tell()
    {
        await using var server = await AllocationServer.StartAsync();
        using var run = _program.Start("--url", server.Url.ToString(), "--duration=10m", "--warm-up=0s");
        var output = run.StandardOutput.ReadToEndAsync();
        await Eventually.TrueAsync(() => server.Requests >= 3, "the load");
        Signals.AskToStop(run);
        await run.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(ExitCodes.Invalid, run.ExitCode);
        Assert.EndsWith("Stopped.\n", await output, StringComparison.Ordinal);
    }
}
