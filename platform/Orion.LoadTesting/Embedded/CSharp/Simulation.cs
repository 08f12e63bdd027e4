using NBomber.Contracts;

namespace NBomber.CSharp;

/// <summary>The shapes a load can have.</summary>
public static class Simulation
{
    /// <summary>
    /// Starts <paramref name="rate"/> iterations each <paramref name="interval"/>, evenly spaced within it, for <paramref name="during"/>.
    /// </summary>
    public static LoadSimulation Inject(int rate, TimeSpan interval, TimeSpan during) =>
        new InjectLoad(AtLeast(0, rate, nameof(rate)), Positive(interval, nameof(interval)), Positive(during, nameof(during)));

    /// <summary>
    /// Moves the start rate in a straight line from where the last simulation left it (0 at first) to <paramref name="rate"/> each
    /// <paramref name="interval"/>.
    /// </summary>
    public static LoadSimulation RampingInject(int rate, TimeSpan interval, TimeSpan during) =>
        new RampingInjectLoad(AtLeast(0, rate, nameof(rate)), Positive(interval, nameof(interval)), Positive(during, nameof(during)));

    /// <summary>
    /// Each <paramref name="interval"/> has its own rate between <paramref name="minRate"/> and <paramref name="maxRate"/>, both inclusive.
    /// </summary>
    public static LoadSimulation InjectRandom(int minRate, int maxRate, TimeSpan interval, TimeSpan during) =>
        new InjectRandomLoad(
            AtLeast(0, minRate, nameof(minRate)),
            AtLeast(minRate, maxRate, nameof(maxRate)),
            Positive(interval, nameof(interval)),
            Positive(during, nameof(during)));

    /// <summary>Keeps <paramref name="copies"/> copies iterating, one iteration after the other, for <paramref name="during"/>.</summary>
    public static LoadSimulation KeepConstant(int copies, TimeSpan during) =>
        new KeepConstantLoad(AtLeast(1, copies, nameof(copies)), Positive(during, nameof(during)));

    /// <summary>
    /// Moves the number of iterating copies in a straight line from where the last simulation left it (0 at first) to
    /// <paramref name="copies"/>.
    /// </summary>
    public static LoadSimulation RampingConstant(int copies, TimeSpan during) =>
        new RampingConstantLoad(AtLeast(0, copies, nameof(copies)), Positive(during, nameof(during)));

    /// <summary>As <see cref="Inject"/>, until <paramref name="iterations"/> have been started.</summary>
    public static LoadSimulation IterationsForInject(int rate, TimeSpan interval, int iterations) =>
        new IterationsForInjectLoad(AtLeast(1, rate, nameof(rate)), Positive(interval, nameof(interval)),
            AtLeast(1, iterations, nameof(iterations)));

    /// <summary>As <see cref="KeepConstant"/>, until <paramref name="iterations"/> in all have been started.</summary>
    public static LoadSimulation IterationsForConstant(int copies, int iterations) =>
        new IterationsForConstantLoad(AtLeast(1, copies, nameof(copies)), AtLeast(1, iterations, nameof(iterations)));

    /// <summary>Starts nothing for <paramref name="during"/>.</summary>
    public static LoadSimulation Pause(TimeSpan during) => new PauseLoad(Positive(during, nameof(during)));

    private static int AtLeast(int smallest, int value, string name) =>
        value >= smallest ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} has to be {smallest} or more.");

    private static TimeSpan Positive(TimeSpan value, string name) =>
        value > TimeSpan.Zero ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} has to be longer than zero.");
}
