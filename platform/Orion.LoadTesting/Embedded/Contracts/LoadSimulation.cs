namespace NBomber.Contracts;

/// <summary>One stretch of a load profile; made by <c>Simulation</c>.</summary>
public abstract record LoadSimulation
{
    private protected LoadSimulation()
    {
    }
}

/// <summary>Iterations start by schedule, whether earlier ones have ended or not.</summary>
internal abstract record OpenLoad : LoadSimulation;

/// <summary>A number of copies, each starting its next iteration when its last one has ended.</summary>
internal abstract record ClosedLoad : LoadSimulation;

internal sealed record InjectLoad(int Rate, TimeSpan Interval, TimeSpan During) : OpenLoad;

internal sealed record RampingInjectLoad(int Rate, TimeSpan Interval, TimeSpan During) : OpenLoad;

internal sealed record InjectRandomLoad(int MinRate, int MaxRate, TimeSpan Interval, TimeSpan During) : OpenLoad;

internal sealed record IterationsForInjectLoad(int Rate, TimeSpan Interval, int Iterations) : OpenLoad;

internal sealed record PauseLoad(TimeSpan During) : OpenLoad;

internal sealed record KeepConstantLoad(int Copies, TimeSpan During) : ClosedLoad;

internal sealed record RampingConstantLoad(int Copies, TimeSpan During) : ClosedLoad;

internal sealed record IterationsForConstantLoad(int Copies, int Iterations) : ClosedLoad;
