using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using OrionPlatform.Api;

namespace OrionPlatform.Services.Tests;

/// <summary>
/// A key for telemetry that cannot work, or could be mistaken for another, stops the start; the sentence says which and what to do.
/// </summary>
[Trait("Store", "once")]
public sealed class IngestKeyTests
{
    private const string Secret = "a-secret-of-the-tests";
    private const string Hash = "0000000000000000000000000000000000000000000000000000000000000001";

    [Theory]
    [InlineData("ApiKey=short", "Orion:Otlp:ApiKey", "at least 16 characters, or be absent, which closes it")]
    [InlineData("Keys:shop:Key=short", "Orion:Otlp:Keys:shop:Key", "at least 16 characters, or be absent, which closes it")]
    [InlineData("Keys:shop:Sha256=12ab", "Orion:Otlp:Keys:shop:Sha256", "must be 64 hexadecimal digits")]
    [InlineData("Keys:shop:Key=" + Secret + "|Keys:shop:Sha256=" + Hash, "Orion:Otlp:Keys:shop", "leave one of them out")]
    [InlineData("Keys:the shop:Key=" + Secret, "Orion:Otlp:Keys:the shop", "letters, digits, hyphens, dots and underscores")]
    [InlineData("Keys:shared:Key=" + Secret, "Orion:Otlp:Keys:shared", "call this key something else")]
    [InlineData("Keys:shop:Services:0=*-shop", "Orion:Otlp:Keys:shop:Services", "a name, a beginning that ends with *, or * for all")]
    [InlineData("Keys:shop:Surfaces:0=", "Orion:Otlp:Keys:shop:Surfaces", "a name, a beginning that ends with *, or * for all")]
    [InlineData("Keys:shop:Tenants:0=a*b*", "Orion:Otlp:Keys:shop:Tenants", "a name, a beginning that ends with *, or * for all")]
    [InlineData(
        "Keys:shop:Key=" + Secret + "|Keys:till:Key=" + Secret, "Orion:Otlp:Keys:shop and Orion:Otlp:Keys:till",
        "give each one of its own")]
    [InlineData("Keys:shop:Key=" + Secret + "|ApiKey=" + Secret, "Orion:Otlp:Keys:shop and Orion:Otlp:ApiKey", "give each one of its own")]
    public void A_refusal_names_the_key_and_the_mend(string settings, string key, string mend)
    {
        var problem = Assert.Single(Problems(settings));
        Assert.StartsWith(key, problem, StringComparison.Ordinal);
        Assert.Contains(mend, problem, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_whose_name_is_too_long_is_refused()
    {
        var name = new string('n', 65);
        var problem = Assert.Single(Problems($"Keys:{name}:Key={Secret}"));
        Assert.StartsWith($"Orion:Otlp:Keys:{name}: a name has 1 to 64", problem, StringComparison.Ordinal);
        Assert.Empty(Problems($"Keys:{name[1..]}:Key={Secret}"));
    }

    [Fact]
    public void A_secret_and_its_hash_are_the_same_secret()
    {
        var hash = Convert.ToHexString(IngestKeys.Hash(new IngestKey { Key = Secret })!);
        var problem = Assert.Single(Problems($"Keys:shop:Key={Secret}|Keys:till:Sha256={hash.ToLowerInvariant()}"));
        Assert.Contains("Orion:Otlp:Keys:shop and Orion:Otlp:Keys:till", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Keys:shop:Services:0=shop")]
    [InlineData("ApiKey=" + Secret + "|Keys:shop:Sha256=" + Hash + "|Keys:shop:Services:0=shop-*|Keys:shop:Services:1=*")]
    public void Keys_that_work_and_keys_that_are_closed_are_taken(string settings) => Assert.Empty(Problems(settings));

    [Fact]
    public async Task All_that_is_wrong_is_told_at_the_start_at_once()
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(async () => await ApiUnderTest.StartAsync(
            settings: ["--Orion:Otlp:Keys:shop:Key=short", "--Orion:Otlp:Keys:till:Sha256=12ab"]));
        Assert.Contains("Orion:Otlp:Keys:shop:Key must", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Orion:Otlp:Keys:till:Sha256 must", failure.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Problems(string settings)
    {
        var pairs = settings.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(s => s.Split('=', 2))
            .Select(p => KeyValuePair.Create(IngestKeyOptions.Section + ":" + p[0], (string?)p[1]));
        var options = new IngestKeyOptions();
        NodeEndpoints.AddAgentKey(options);
        new ConfigurationBuilder().AddInMemoryCollection(pairs).Build().GetSection(IngestKeyOptions.Section).Bind(options);
        return options.Validate(new ValidationContext(options)).Select(p => p.ErrorMessage!);
    }
}
