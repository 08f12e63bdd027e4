using System.CommandLine;
using System.Text.Json;
using System.Xml.Linq;
using NBomber.CSharp;
using Orion.LoadTesting.Gate;
using OrionPlatform.Tests;

namespace Orion.LoadTesting.Tests;

/// <summary>A program as a product writes it, against a real server.</summary>
public sealed class LoadTestTests : IDisposable
{
    private static readonly Option<string?> s_path = new("--path");
    private readonly TempFolder _folder = new();
    private int _asked;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Calls_thresholds_and_effects_of_a_run_are_in_its_three_reports()
    {
        await using var server = await FreezingServer.StartAsync(atRequest: 0, length: TimeSpan.Zero);

        // How busy this machine is, is not the question here.
        var (code, output, errors) = await RunAsync("--url", server.Url.ToString(), "--rate=100", "--duration=1s", "--warm-up=0s");

        Assert.True(code is ExitCodes.Pass or ExitCodes.Invalid, output + errors);
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(_folder.File(ReportFiles.Json)));
        Assert.Equal(100, json.RootElement.GetProperty("calls").GetProperty("call").GetProperty("latency").GetProperty("count").GetInt32());
        var effect = json.RootElement.GetProperty("endToEnd").GetProperty("asked -> done");
        Assert.Equal(250, effect.GetProperty("times").GetProperty("p50Ms").GetDouble());
        Assert.Equal((50, 50), (effect.GetProperty("times").GetProperty("count").GetInt32(), effect.GetProperty("notInTime").GetInt32()));
        Assert.Contains("asked -> done (not gated): 50 of 100", output, StringComparison.Ordinal);
        Assert.Contains("shop: call", await File.ReadAllTextAsync(_folder.File(ReportFiles.Markdown)), StringComparison.Ordinal);
        Assert.Equal(
            [.. Examples.All.Select(o => o.Name), "shop: call", "run valid: shop", "run valid: every call ended"],
            XDocument.Load(_folder.File(ReportFiles.JUnit)).Descendants("testcase").Select(c => c.Attribute("name")!.Value));
    }

    [Fact]
    public async Task An_option_of_the_products_own_reaches_its_scenarios()
    {
        await using var server = await FreezingServer.StartAsync(atRequest: 0, length: TimeSpan.Zero);

        var (code, output, _) = await RunAsync(
            "--url", server.Url.ToString(), "--rate=300", "--duration=1s", "--warm-up=0s", "--path=nowhere");

        Assert.True(code == ExitCodes.Failed, output);
        Assert.Contains("300 failed", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Traffic_needs_a_target_that_runs()
    {
        var (code, _, errors) = await RunAsync("--profile=traffic");

        Assert.Equal(ExitCodes.Error, code);
        Assert.Equal("The profile traffic loads what runs already: name it with --url." + Environment.NewLine, errors);
    }

    [Fact]
    public async Task A_sentence_of_the_scenarios_ends_the_run()
    {
        await using var server = await FreezingServer.StartAsync(atRequest: 0, length: TimeSpan.Zero);

        var (code, _, errors) = await RunAsync("--url", server.Url.ToString(), "--profile=without-keys");

        Assert.Equal((ExitCodes.Error, "There are no keys." + Environment.NewLine), (code, errors));
    }

    private PlannedScenario Scenario(LoadRun run) => run
        .Scenario("shop", async context =>
        {
            var response = await run.CallAsync("call", context, async () =>
            {
                using var answer = await run.Http.GetAsync(new Uri(run.ValueOf(s_path) ?? "", UriKind.Relative));
                return answer.IsSuccessStatusCode ? Response.Ok() : Response.Fail(statusCode: $"{(int)answer.StatusCode}");
            });
            run.EndToEnd("asked -> done", context, Interlocked.Increment(ref _asked) % 2 == 0 ? TimeSpan.FromMilliseconds(250) : null);
            return response;
        })
        .WithRestartIterationOnFail(false)
        .WithThresholds(NBomber.Contracts.Threshold.Create("call", step => step.Ok.Request.Count + step.Fail.Request.Count > 0))
        .Inject(run.Rate, TimeSpan.FromSeconds(1), run.Duration);

    private async Task<(int Code, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        var test = new LoadTest
        {
            Description = "Loads a shop.",
            Target = new LoadTarget("shop") { ProbePath = "" },
            Objectives = Examples.All,
            Options = [s_path],
            Profiles =
            [
                new GateProfile("gate") { Scenarios = (run, _) => Task.FromResult<IReadOnlyList<PlannedScenario>>([Scenario(run)]) },
                new GateProfile("without-keys") { Scenarios = (_, _) => throw new LoadTestException("There are no keys.") },
                new TrafficProfile("traffic")
                {
                    Scenarios = (run, _) => Task.FromResult<IReadOnlyList<NBomber.Contracts.ScenarioProps>>([Scenario(run).Scenario]),
                },
            ],
        };
        await using var output = new StringWriter();
        await using var errors = new StringWriter();
        var code = await test.RunAsync([.. arguments, "--report-folder", _folder.Path], _ => null, output, errors);
        return (code, output.ToString(), errors.ToString());
    }
}
