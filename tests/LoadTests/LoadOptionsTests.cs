namespace OrionPlatform.LoadTests.Tests;

public sealed class LoadOptionsTests
{
    [Fact]
    public async Task Options_come_with_a_space_or_an_equals_sign()
    {
        var options = await ParsedAsync(
            "--profile", "smoke", "--url=http://localhost:1234", "--duration", "90s", "--rate=7", "--warm-up", "500ms",
            "--keys", "@k.json", "--report-folder=out");

        Assert.Equal(
            (Profile.Smoke, new Uri("http://localhost:1234"), TimeSpan.FromSeconds(90), 7),
            (options.Profile, options.Url, options.Duration, options.Rate));
        Assert.Equal((TimeSpan.FromMilliseconds(500), "@k.json", "out"), (options.WarmUp, options.KeysFile, options.ReportFolder));
    }

    [Fact]
    public async Task A_profile_comes_with_its_load()
    {
        var (gate, smoke) = (await ParsedAsync(), await ParsedAsync("--profile", "smoke"));

        Assert.Equal((60, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(5)), (gate.Rate, gate.Duration, gate.WarmUp));
        Assert.Equal((40, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(3)), (smoke.Rate, smoke.Duration, smoke.WarmUp));
        Assert.Equal(Profile.Demo, (await ParsedAsync("--profile=demo")).Profile);
    }

    [Fact]
    public async Task The_platforms_own_address_is_taken_from_the_environment_unless_one_is_named()
    {
        static string? Environment(string name) => name == "services__api__http__0" ? "http://localhost:5080" : null;

        Assert.Equal(5080, (await RunAsync(Environment)).Options!.Url!.Port);
        Assert.Equal(6000, (await RunAsync(Environment, "--url", "http://localhost:6000")).Options!.Url!.Port);
        Assert.Null((await ParsedAsync()).Url);
        Assert.StartsWith("services__api__http__0 is 'nowhere'", (await RunAsync(_ => "nowhere")).Errors, StringComparison.Ordinal);
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
    [InlineData("--profile=turbo", "--profile")]
    [InlineData("--profile=1", "--profile")]
    [InlineData("--keys=", "--keys")]
    public async Task What_makes_no_sense_is_refused_by_name_in_one_sentence(string argument, string named)
    {
        var (code, options, errors) = await RunAsync(_ => null, argument);

        Assert.Equal((ExitCodes.Error, null), (code, options));
        Assert.Contains(named, errors, StringComparison.Ordinal);
        Assert.EndsWith("--help shows the options." + Environment.NewLine, errors, StringComparison.Ordinal);
        Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private static async Task<LoadOptions> ParsedAsync(params string[] arguments)
    {
        var (code, options, errors) = await RunAsync(_ => null, arguments);
        Assert.Equal((ExitCodes.Pass, ""), (code, errors));
        return options!;
    }

    private static async Task<(int Code, LoadOptions? Options, string Errors)> RunAsync(
        Func<string, string?> environment, params string[] arguments)
    {
        LoadOptions? seen = null;
        await using var errors = new StringWriter();
        var code = await new LoadCommand(environment, (options, _) =>
        {
            seen = options;
            return Task.FromResult(ExitCodes.Pass);
        }).RunAsync(arguments, TextWriter.Null, errors);
        return (code, seen, errors.ToString());
    }
}
