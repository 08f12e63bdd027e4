using Orion.LoadTesting;

namespace OrionPlatform.LoadTests.Tests;

public sealed class PublicApiTests
{
    [Fact]
    public void The_gate_judges_every_objective_of_the_public_api()
    {
        var defined = OrionPlatform.ServiceDefaults.Slos.All.Where(s => s.Surface == "public").Select(s => s.Name);

        Assert.Equal(defined, PublicApi.Objectives.Select(o => o.Name));
        Assert.Equal(
            [(95.0, TimeSpan.FromMilliseconds(300)), (99.0, TimeSpan.FromSeconds(1))],
            PublicApi.Objectives.OfType<LatencyObjective>().Select(o => (o.Percentile, o.Limit)));
        Assert.Equal(0.001, Assert.Single(PublicApi.Objectives.OfType<ErrorBudget>()).Share, 1e-9);
    }
}
