namespace OrionPlatform.AppHost.Tests;

public sealed class ResourceNameTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("node-agent")]
    [InlineData("Api2")]
    public void A_name_of_letters_digits_and_single_hyphens_is_taken(string name) =>
        Assert.Equal(name, DistributedApplication.CreateBuilder().AddParameter(name, "x").Resource.Name);

    [Theory]
    [InlineData("", "at least one character")]
    [InlineData("1st", "begins with a letter")]
    [InlineData("node_agent", "ASCII letters, digits and hyphens")]
    [InlineData("node--agent", "two hyphens in a row")]
    [InlineData("node-", "end with a hyphen")]
    [InlineData("a23456789012345678901234567890123456789012345678901234567890123456", "at most 64")]
    public void A_name_that_breaks_a_rule_is_refused_with_the_rule(string name, string rule)
    {
        var error = Assert.Throws<DistributedApplicationException>(() => DistributedApplication.CreateBuilder().AddParameter(name, "x"));

        Assert.Contains($"'{name}'", error.Message, StringComparison.Ordinal);
        Assert.Contains(rule, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_resources_cannot_have_one_name_in_different_case()
    {
        var builder = DistributedApplication.CreateBuilder();
        builder.AddParameter("api", "x");

        var error = Assert.Throws<DistributedApplicationException>(() => builder.AddExecutable("API", "sh", "/"));

        Assert.Contains("Two resources are named 'API'", error.Message, StringComparison.Ordinal);
    }
}
