using NBomber.Contracts;
using NBomber.CSharp;
using Orion.LoadTesting.Embedded.Engine;

namespace Orion.LoadTesting.Tests.Embedded;

public sealed class ArrivalsTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Injected_starts_are_evenly_spaced_within_the_interval()
    {
        var starts = Of(Simulation.Inject(4, s_second, TimeSpan.FromSeconds(2)));

        Assert.Equal([0, 250, 500, 750, 1000, 1250, 1500, 1750], starts.Select(s => s.TotalMilliseconds));
    }

    [Fact]
    public void A_rate_that_does_not_divide_the_interval_does_not_drift()
    {
        var starts = Of(Simulation.Inject(3, s_second, TimeSpan.FromMinutes(10)));

        Assert.Equal(1800, starts.Count);
        Assert.Equal(TimeSpan.FromSeconds(599), starts[^3]);
    }

    [Fact]
    public void A_ramp_makes_as_many_starts_as_the_area_under_it_and_gets_denser()
    {
        var starts = Of(Simulation.RampingInject(20, s_second, TimeSpan.FromSeconds(10)));

        Assert.Equal(100, starts.Count);
        Assert.Equal(25, starts.Count(s => s < TimeSpan.FromSeconds(5)), 1.0);
        Assert.Equal(starts.Order(), starts);
    }

    [Fact]
    public void A_ramp_goes_on_from_the_rate_before_it_also_downwards()
    {
        var starts = Of(Simulation.RampingInject(0, s_second, TimeSpan.FromSeconds(10)), rateBefore: 20);

        Assert.Equal(100, starts.Count);
        Assert.Equal(75, starts.Count(s => s < TimeSpan.FromSeconds(5)), 1.0);
    }

    [Fact]
    public void Random_rates_stay_between_their_bounds_in_every_interval()
    {
        var starts = Of(Simulation.InjectRandom(2, 5, s_second, TimeSpan.FromSeconds(100)));

        var perSecond = starts.GroupBy(s => (int)s.TotalSeconds).Select(g => g.Count()).ToList();
        Assert.Equal(100, perSecond.Count);
        Assert.Equal((2, 5), (perSecond.Min(), perSecond.Max()));
    }

    [Fact]
    public void A_number_of_iterations_ends_the_load()
    {
        Assert.Equal(7, Of(Simulation.IterationsForInject(5, s_second, 7)).Count);
        Assert.Empty(Of(Simulation.Pause(s_second)));
        Assert.Empty(Of(Simulation.Inject(0, s_second, s_second)));
    }

    [Fact]
    public void A_load_that_makes_no_sense_is_refused_by_name()
    {
        Assert.Equal("rate", Assert.Throws<ArgumentOutOfRangeException>(() => Simulation.Inject(-1, s_second, s_second)).ParamName);
        Assert.Equal("interval", Assert.Throws<ArgumentOutOfRangeException>(() => Simulation.Inject(1, TimeSpan.Zero, s_second)).ParamName);
        Assert.Equal("maxRate",
            Assert.Throws<ArgumentOutOfRangeException>(() => Simulation.InjectRandom(5, 4, s_second, s_second)).ParamName);
        Assert.Equal("copies", Assert.Throws<ArgumentOutOfRangeException>(() => Simulation.KeepConstant(0, s_second)).ParamName);
    }

    private static List<TimeSpan> Of(LoadSimulation load, double rateBefore = 0) =>
        [.. Arrivals.Of((OpenLoad)load, rateBefore, new Random(1))];
}
