using Platform = OrionPlatform.ServiceDefaults;

namespace OrionPlatform.LoadTests.Tests;

public sealed class SloDefinitionTests
{
    [Fact]
    public void The_gate_holds_the_platform_to_the_slos_that_the_panel_and_the_alerts_show()
    {
        Platform.Slo[] shown = [Platform.Slos.PublicApiP95, Platform.Slos.PublicApiP99];

        Assert.Equal(shown.Select(s => (s.Name, s.Percentile, s.Limit)), Slos.Latency.Select(s => (s.Name, s.Percentile, s.Limit)));
    }

    [Fact]
    public void The_smallest_sample_of_a_percentile_follows_from_95_percent_confidence()
    {
        Assert.Equal(59, Slos.PublicApiP95.MinSamples);
        Assert.Equal(299, Slos.PublicApiP99.MinSamples);
        Assert.Equal(2995, new LatencySlo("p999", 99.9, TimeSpan.FromSeconds(1)).MinSamples);
    }
}
