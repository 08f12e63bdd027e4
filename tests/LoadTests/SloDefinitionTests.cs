using Platform = OrionPlatform.ServiceDefaults;

namespace OrionPlatform.LoadTests.Tests;

public sealed class SloDefinitionTests
{
    [Fact]
    public void The_gate_holds_the_platform_to_the_slos_that_the_panel_and_the_alerts_show()
    {
        var shown = Platform.Slos.All.Where(s => s.Surface == "public").ToLookup(s => s is Platform.LatencySlo);

        Assert.Equal(shown[true].Cast<Platform.LatencySlo>().Select(s => (s.Name, s.Objective, s.Limit)), Slos.Latency.Select(s => (s.Name, s.Percentile, s.Limit)));
        Assert.Equal(shown[false].Select(s => (s.Name, s.Objective)), Slos.Budgets.Select(s => (s.Name, 100 - (s.FailuresPerMillion / 1e4))));
    }

    [Fact]
    public void The_smallest_sample_of_a_percentile_follows_from_95_percent_confidence()
    {
        Assert.Equal(59, Slos.PublicApiP95.MinSamples);
        Assert.Equal(299, Slos.PublicApiP99.MinSamples);
        Assert.Equal(2995, new LatencySlo("p999", 99.9, TimeSpan.FromSeconds(1)).MinSamples);
    }
}
