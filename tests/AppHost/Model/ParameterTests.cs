using Microsoft.Extensions.Configuration;

namespace OrionPlatform.AppHost.Tests;

public sealed class ParameterTests
{
    [Fact]
    public async Task A_parameter_comes_from_configuration_under_its_name_or_its_name_with_underscores()
    {
        var builder = DistributedApplication.CreateBuilder(["--Parameters:node-size=big", "--Parameters:node_zone=b"]);

        Assert.Equal("big", await ValueAsync(builder.AddParameter("node-size")));
        Assert.Equal("b", await ValueAsync(builder.AddParameter("node-zone")));
    }

    [Fact]
    public async Task A_missing_parameter_is_named_with_what_it_is_for_and_three_ways_to_give_it()
    {
        var region = DistributedApplication.CreateBuilder().AddParameter("region", secret: true).WithDescription("Where the nodes are.");

        var error = await Assert.ThrowsAsync<MissingParameterValueException>(() => ValueAsync(region));

        Assert.StartsWith("Parameter 'region' has no value (Where the nodes are)", error.Message, StringComparison.Ordinal);
        Assert.Contains("--Parameters:region=VALUE", error.Message, StringComparison.Ordinal);
        Assert.Contains("Parameters__region", error.Message, StringComparison.Ordinal);
        Assert.Contains("dotnet user-secrets set Parameters:region", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_given_value_or_callback_is_the_value_whatever_configuration_says()
    {
        var builder = DistributedApplication.CreateBuilder(["--Parameters:a=configured", "--Parameters:b=configured"]);

        Assert.Equal("given", await ValueAsync(builder.AddParameter("a", "given", publishValueAsDefault: true)));
        Assert.Equal("called", await ValueAsync(builder.AddParameter("b", () => "called", secret: true)));
    }

    [Fact]
    public void A_secret_cannot_be_published() =>
        Assert.Throws<ArgumentException>("secret", () => DistributedApplication.CreateBuilder().AddParameter("a", "x", publishValueAsDefault: true, secret: true));

    [Fact]
    public async Task A_default_is_used_only_when_configuration_has_no_value()
    {
        var builder = DistributedApplication.CreateBuilder(["--Parameters:a=configured"]);

        Assert.Equal("configured", await ValueAsync(builder.AddParameter("a", new GenerateParameterDefault())));
        Assert.Equal(22, (await ValueAsync(builder.AddParameter("b", new GenerateParameterDefault())))!.Length);
    }

    [Fact]
    public async Task A_generated_value_stays_the_same_for_the_whole_run()
    {
        var parameter = DistributedApplication.CreateBuilder().AddParameter("a", new GenerateParameterDefault());

        Assert.Equal(await ValueAsync(parameter), await ValueAsync(parameter));
    }

    [Fact]
    public void A_generated_value_has_its_length_and_no_fewer_of_each_kind_than_asked()
    {
        for (var i = 0; i < 200; i++)
        {
            var value = new GenerateParameterDefault { MinLength = 16, MinUpper = 3, MinNumeric = 4, MinSpecial = 2 }.GetDefaultValue();

            Assert.Equal(16, value.Length);
            Assert.True(value.Count(char.IsAsciiLetterUpper) >= 3 && value.Count(char.IsAsciiDigit) >= 4 && value.Count(c => !char.IsAsciiLetterOrDigit(c)) >= 2, value);
        }
    }

    [Fact]
    public void Minimums_that_exceed_the_length_make_it_longer() =>
        Assert.Equal(9, new GenerateParameterDefault { MinLength = 1, MinLower = 4, MinUpper = 5 }.GetDefaultValue().Length);

    [Fact]
    public void A_set_that_is_off_does_not_appear()
    {
        var value = new GenerateParameterDefault { MinLength = 500, Special = false, Upper = false }.GetDefaultValue();

        Assert.All(value, c => Assert.True(char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c)));
    }

    [Fact]
    public void A_generator_without_characters_or_with_an_impossible_minimum_is_refused()
    {
        Assert.Throws<DistributedApplicationException>(() => new GenerateParameterDefault { Lower = false, Upper = false, Numeric = false, Special = false }.GetDefaultValue());
        Assert.Contains("2 special", Assert.Throws<DistributedApplicationException>(() => new GenerateParameterDefault { Special = false, MinSpecial = 2 }.GetDefaultValue()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_parameter_can_have_a_key_of_its_own_in_configuration()
    {
        var builder = DistributedApplication.CreateBuilder(["--Cloud:Region=eu"]);

        Assert.Equal("eu", await ValueAsync(builder.AddParameterFromConfiguration("region", "Cloud:Region")));
        await Assert.ThrowsAsync<MissingParameterValueException>(() => ValueAsync(builder.AddParameterFromConfiguration("zone", "Cloud:Zone")));
    }

    private static async Task<string?> ValueAsync(IResourceBuilder<ParameterResource> parameter) => await parameter.Resource.GetValueAsync(CancellationToken.None);
}
