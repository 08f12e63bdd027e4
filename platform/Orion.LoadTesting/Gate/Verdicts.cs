namespace Orion.LoadTesting.Gate;

/// <summary>How one condition ended.</summary>
internal enum Outcome
{
    /// <summary>It holds.</summary>
    Pass,

    /// <summary>It does not hold.</summary>
    Fail,

    /// <summary>The run cannot tell: too few samples, a generator that fell behind, data missing.</summary>
    Invalid,
}

/// <summary>One condition and how it ended.</summary>
/// <param name="Name">Stable name.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Measured">What was measured, for people.</param>
/// <param name="Limit">What it had to be, for people.</param>
/// <param name="Samples">How many samples it rests on.</param>
/// <param name="Detail">Why it is invalid, or how sure it is.</param>
internal sealed record Verdict(string Name, Outcome Outcome, string Measured, string Limit, long Samples, string Detail);

/// <summary>All conditions of a run.</summary>
internal sealed record GateResult(IReadOnlyList<Verdict> Verdicts)
{
    /// <summary>A failure outweighs what could not be told: it was seen.</summary>
    public Outcome Outcome =>
        Verdicts.Any(v => v.Outcome == Outcome.Fail) ? Outcome.Fail
        : Verdicts.Count == 0 || Verdicts.Any(v => v.Outcome == Outcome.Invalid) ? Outcome.Invalid
        : Outcome.Pass;

    public int ExitCode => Outcome switch
    {
        Outcome.Pass => ExitCodes.Pass,
        Outcome.Fail => ExitCodes.Failed,
        _ => ExitCodes.Invalid,
    };
}
