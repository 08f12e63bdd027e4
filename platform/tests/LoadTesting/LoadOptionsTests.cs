using System.CommandLine;
using Orion.LoadTesting.Options;

namespace Orion.LoadTesting.Tests;

public sealed class LoadOptionsTests
{
    private static readonly Option<string?> s_own = new("--own");

    private static readonly LoadTest s_test = new()
    {
        Description = "Loads a shop.",
        Target = new LoadTarget("shop"),
        Options = [s_own],
        Profiles =
        [
            new GateProfile("full") { Rate = 60, Scenarios = (_, _) => Task.FromResult<IReadOnlyList<PlannedScenario>>([]) },
            new GateProfile("short")
            {
                Rate = 40,
                Duration = TimeSpan.FromSeconds(20),
                WarmUp = TimeSpan.FromSeconds(3),
                Scenarios = (_, _) => Task.FromResult<IReadOnlyList<PlannedScenario>>([]),
            },
        ],
    };

    [Fact]
    public async Task Options_come_with_a_space_or_an_equals_sign()
    {
        var plan = await PlannedAsync(
            "--profile", "short", "--url=http://localhost:1234", "--duration", "90s", "--rate=7", "--warm-up", "500ms",
            "--own", "@mine", "--report-folder=out");

        Assert.Equal(("short", new Uri("http://localhost:1234"), "out"), (plan.Profile.Name, plan.Url, plan.ReportFolder));
        Assert.Equal(new LoadAmount(7, TimeSpan.FromSeconds(90), TimeSpan.FromMilliseconds(500)), plan.Amount);
        Assert.Equal("@mine", plan.Parsed.GetValue(s_own));
    }

    [Fact]
    public async Task A_profile_comes_with_its_load_and_the_first_is_the_default()
    {
        Assert.Equal(new LoadAmount(60, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(5)), (await PlannedAsync()).Amount);
        Assert.Equal(
            new LoadAmount(40, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(3)), (await PlannedAsync("--profile", "short")).Amount);
    }

    [Fact]
    public async Task The_targets_address_is_taken_from_the_environment_unless_one_is_named()
    {
        static string? Environment(string name) => name == "services__shop__http__0" ? "http://localhost:5080" : null;

        Assert.Equal(5080, (await RunAsync(Environment)).Plan!.Url!.Port);
        Assert.Equal(6000, (await RunAsync(Environment, "--url", "http://localhost:6000")).Plan!.Url!.Port);
        Assert.Null((await PlannedAsync()).Url);
        Assert.StartsWith("services__shop__http__0 is 'nowhere'", (await RunAsync(_ => "nowhere")).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Arguments_of_a_platform_that_is_started_are_passed_on_and_refused_for_one_that_runs()
    {
        var plan = await PlannedAsync("--apphost=--Store:Engine=postgres", "--apphost=--Replicas:Api=2");
        Assert.Equal(["--Store:Engine=postgres", "--Replicas:Api=2"], plan.AppHostArguments);

        var (code, none, errors) = await RunAsync(_ => null, "--url=http://localhost:1234", "--apphost=--Store:Engine=postgres");
        Assert.Equal((ExitCodes.Error, null), (code, none));
        Assert.StartsWith("--apphost is for a platform that is started", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--speed", "--speed")]
    [InlineData("--speed=1", "--speed")]
    [InlineData("fast", "fast")]
    [InlineData("--rate", "--rate")]
    [InlineData("--rate=0", "--rate")]
    [InlineData("--rate=-5", "--rate")]
    [InlineData("--rate=many", "--rate")]
    [InlineData("--duration=20", "--duration")]
    [InlineData("--duration=0s", "--duration")]
    [InlineData("--duration=-3s", "--duration")]
    [InlineData("--duration=1000000m", "--duration")]
    [InlineData("--url=localhost", "--url")]
    [InlineData("--url=ftp://x", "--url")]
    [InlineData("--profile=turbo", "--profile is 'turbo'; it has to be one of full, short.")]
    [InlineData("--profile=1", "--profile")]
    [InlineData("--report-folder=", "--report-folder")]
    public async Task What_makes_no_sense_is_refused_by_name_in_one_sentence(string argument, string named)
    {
        var (code, plan, errors) = await RunAsync(_ => null, argument);

        Assert.Equal((ExitCodes.Error, null), (code, plan));
        Assert.Contains(named, errors, StringComparison.Ordinal);
        Assert.EndsWith("--help shows the options." + Environment.NewLine, errors, StringComparison.Ordinal);
        Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private static async Task<LoadPlan> PlannedAsync(params string[] arguments)
    {
        var (code, plan, errors) = await RunAsync(_ => null, arguments);
        Assert.Equal((ExitCodes.Pass, ""), (code, errors));
        return plan!;
    }

    private static async Task<(int Code, LoadPlan? Plan, string Errors)> RunAsync(
        Func<string, string?> environment, params string[] arguments)
    {
        LoadPlan? seen = null;
        await using var errors = new StringWriter();
        var code = await new LoadCommand(s_test, environment, (plan, _) =>
        {
            seen = plan;
            return Task.FromResult(ExitCodes.Pass);
        }).RunAsync(arguments, TextWriter.Null, errors);
        return (code, seen, errors.ToString());
    }
}
