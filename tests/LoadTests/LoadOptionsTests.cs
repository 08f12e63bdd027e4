namespace OrionPlatform.LoadTests.Tests;

public sealed class LoadOptionsTests
{
    [Fact]
    public void Options_come_with_a_space_or_an_equals_sign()
    {
        var options = Parse("--profile", "smoke", "--url=http://localhost:1234", "--duration", "90s", "--rate=7", "--warm-up", "500ms", "--keys", "k.json", "--report-folder=out");

        Assert.Equal((Profile.Smoke, new Uri("http://localhost:1234"), TimeSpan.FromSeconds(90), 7), (options.Profile, options.Url, options.Duration, options.Rate));
        Assert.Equal((TimeSpan.FromMilliseconds(500), "k.json", "out"), (options.WarmUp, options.KeysFile, options.ReportFolder));
    }

    [Fact]
    public void The_platforms_own_address_is_taken_from_the_environment_unless_one_is_named()
    {
        static string? Environment(string name) => name == "services__api__http__0" ? "http://localhost:5080" : null;

        Assert.Equal(5080, LoadOptions.Parse([], Environment).Url!.Port);
        Assert.Equal(6000, LoadOptions.Parse(["--url", "http://localhost:6000"], Environment).Url!.Port);
        Assert.Null(Parse().Url);
    }

    [Theory]
    [InlineData("--speed", "--speed")]
    [InlineData("--speed=1", "--speed")]
    [InlineData("fast", "fast")]
    [InlineData("--rate", "--rate")]
    [InlineData("--rate=0", "--rate")]
    [InlineData("--rate=many", "--rate")]
    [InlineData("--duration=20", "--duration")]
    [InlineData("--duration=0s", "--duration")]
    [InlineData("--duration=-3s", "--duration")]
    [InlineData("--duration=1000000m", "--duration")]
    [InlineData("--url=localhost", "--url")]
    [InlineData("--url=ftp://x", "--url")]
    [InlineData("--profile=turbo", "--profile")]
    [InlineData("--keys=", "--keys")]
    public void What_makes_no_sense_is_refused_by_name(string argument, string named) =>
        Assert.Contains(named, Assert.Throws<UsageException>(() => Parse(argument)).Message, StringComparison.Ordinal);

    private static LoadOptions Parse(params string[] arguments) => LoadOptions.Parse(arguments, _ => null);
}
