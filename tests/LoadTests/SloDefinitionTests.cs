using ProductSlos = OrionPlatform.ServiceDefaults.Slos;

namespace OrionPlatform.LoadTests.Tests;

public sealed class SloDefinitionTests
{
    [Fact]
    public void The_gate_judges_every_objective_of_the_public_api()
    {
        var defined = ProductSlos.All.Where(s => s.Surface == "public").Select(s => s.Name);

        Assert.Equal(defined, [.. Slos.Latency.Select(s => s.Name), .. Slos.Budgets.Select(s => s.Name)]);
        Assert.Equal(1_000, Slos.PublicApiErrors.FailuresPerMillion);
    }

    [Fact]
    public void The_smallest_sample_of_a_percentile_follows_from_95_percent_confidence()
    {
        Assert.Equal(59, Slos.PublicApiP95.MinSamples);
        Assert.Equal(299, Slos.PublicApiP99.MinSamples);
        Assert.Equal(2995, new LatencySlo("p999", 99.9, TimeSpan.FromSeconds(1)).MinSamples);
    }
}
