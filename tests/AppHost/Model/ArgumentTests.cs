using Microsoft.Extensions.Configuration;

namespace OrionPlatform.AppHost.Tests;

public sealed class ArgumentTests
{
    [Fact]
    public void An_argument_is_a_configuration_key_that_wins_over_the_others()
    {
        var builder = DistributedApplication.CreateBuilder(["--Ports:Api=0", "--Data:Directory", "/x y"]);
        builder.Configuration.AddInMemoryCollection();

        Assert.Equal("0", builder.Configuration["ports:api"]);
        Assert.Equal("/x y", builder.Configuration["Data:Directory"]);
    }

    [Theory]
    [InlineData("api", "'api' is not a configuration key")]
    [InlineData("-p=1", "'-p=1' is not a configuration key")]
    [InlineData("--", "'--' is not a configuration key")]
    [InlineData("--=1", "'--=1' is not a configuration key")]
    [InlineData("--Ports:Api", "--Ports:Api has no value")]
    public void A_malformed_argument_is_refused_by_name(string argument, string fault) =>
        Assert.Contains(fault, Assert.Throws<DistributedApplicationException>(() => DistributedApplication.CreateBuilder([argument])).Message, StringComparison.Ordinal);

    [Fact]
    public async Task An_argument_that_nothing_reads_is_refused_with_those_that_are_read()
    {
        await using var model = new AppModel("--Trafic:Enabled=false");
        Assert.Null(model.Builder.Configuration["Traffic:Enabled"]);

        var error = await Assert.ThrowsAsync<DistributedApplicationException>(model.StartAsync);

        Assert.Contains("--Trafic:Enabled", error.Message, StringComparison.Ordinal);
        Assert.Contains("--Traffic:Enabled", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_argument_of_a_section_that_is_read_as_a_whole_is_known()
    {
        await using var model = new AppModel("--Limits:Memory=1", "--Logging:LogLevel:Default=Information", "--Parameters:region=eu");
        model.Builder.AddParameter("region");
        Assert.Single(model.Builder.Configuration.GetSection("Limits").GetChildren());

        await model.StartAsync();
    }

    [Fact]
    public void The_environment_is_Development_unless_an_argument_says_otherwise()
    {
        Assert.Equal("Staging", DistributedApplication.CreateBuilder(["--environment=Staging"]).Environment.EnvironmentName);
        Assert.Equal("Development", DistributedApplication.CreateBuilder(["--environment=Development"]).Environment.EnvironmentName);
    }

    [Fact]
    public void A_value_that_does_not_parse_is_shown_as_one_sentence_that_names_the_key()
    {
        var builder = DistributedApplication.CreateBuilder(["--Ports:Api=abc"]);

        var sentence = FatalErrors.Sentence(Assert.Throws<InvalidOperationException>(() => builder.Configuration.GetValue("Ports:Api", 5080)));

        Assert.Contains("'abc' at 'Ports:Api'", sentence, StringComparison.Ordinal);
    }
}
