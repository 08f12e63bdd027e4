using NBomber.Contracts;

namespace Orion.LoadTesting.Embedded.Engine;

/// <summary>
/// The intended starts of an open load, as time from its beginning: evenly spaced, and none depends on an earlier one's end.
/// </summary>
internal static class Arrivals
{
    /// <param name="load">The load.</param>
    /// <param name="rateBefore">Iterations per second at which the load before it ended.</param>
    /// <param name="random">Draws the rates of <see cref="InjectRandomLoad"/>.</param>
    public static IEnumerable<TimeSpan> Of(OpenLoad load, double rateBefore, Random random) => load switch
    {
        InjectLoad l => Even(l.Rate, l.Interval).TakeWhile(at => at < l.During),
        IterationsForInjectLoad l => Even(l.Rate, l.Interval).Take(l.Iterations),
        RampingInjectLoad l => Ramp(rateBefore, l.Rate / l.Interval.TotalSeconds, l.During),
        InjectRandomLoad l => Drawn(l, random),
        _ => [],
    };

    /// <summary>How long the load lasts, its last interval included; zero when only its iterations can tell.</summary>
    public static TimeSpan Length(LoadSimulation load) => load switch
    {
        InjectLoad l => l.During,
        RampingInjectLoad l => l.During,
        InjectRandomLoad l => l.During,
        IterationsForInjectLoad l => l.Interval * ((double)l.Iterations / l.Rate),
        PauseLoad l => l.During,
        KeepConstantLoad l => l.During,
        RampingConstantLoad l => l.During,
        _ => TimeSpan.Zero,
    };

    /// <summary>Iterations per second at which the load ends.</summary>
    public static double RateAfter(LoadSimulation load) => load switch
    {
        InjectLoad l => l.Rate / l.Interval.TotalSeconds,
        RampingInjectLoad l => l.Rate / l.Interval.TotalSeconds,
        IterationsForInjectLoad l => l.Rate / l.Interval.TotalSeconds,
        InjectRandomLoad l => l.MaxRate / l.Interval.TotalSeconds,
        _ => 0,
    };

    private static IEnumerable<TimeSpan> Even(int rate, TimeSpan interval)
    {
        for (var i = 0L; rate > 0; i++)
        {
            var (whole, part) = Math.DivRem(i, rate);
            yield return new TimeSpan((whole * interval.Ticks) + (part * interval.Ticks / rate));
        }
    }

    // The rate moves in a line, so by time t there were from*t + (to - from)*t^2 / (2 * length) arrivals; solved here for t of the i-th.
    private static IEnumerable<TimeSpan> Ramp(double from, double to, TimeSpan during)
    {
        var length = during.TotalSeconds;
        var a = (to - from) / (2 * length);
        var all = (from + to) / 2 * length;
        for (var i = 0L; i < all; i++)
        {
            var t = Math.Abs(a) < 1e-12 ? i / from : (-from + Math.Sqrt(Math.Max(0, (from * from) + (4 * a * i)))) / (2 * a);
            yield return TimeSpan.FromSeconds(Math.Clamp(t, 0, length));
        }
    }

    private static IEnumerable<TimeSpan> Drawn(InjectRandomLoad load, Random random)
    {
        for (var start = TimeSpan.Zero; start < load.During; start += load.Interval)
        {
            var rate = random.Next(load.MinRate, load.MaxRate + 1);
            foreach (var at in Even(rate, load.Interval).Take(rate).Where(at => start + at < load.During))
            {
                yield return start + at;
            }
        }
    }
}
