using System.Globalization;
using Orion.Sink.Rollups;

namespace Orion.Sink.ServiceLevels;

/// <summary>A service level objective: so large a share of what it is about is good. Of this kind, what did not fail is.</summary>
/// <param name="Name">Stable name, the same in the load gate, on the panel, in alerts and in telemetry.</param>
/// <param name="Surface">The face of the platform it is about (<c>CanonicalLine.Surface</c>).</param>
/// <param name="Objective">The share that has to be good, percent, 0 to 100, exclusive.</param>
public record Slo(string Name, string Surface, double Objective)
{
    /// <summary>What it promises, in words.</summary>
    public virtual string Promise => $"{Share} succeed";

    /// <summary>What the sink counts for it.</summary>
    public virtual SloRule Rule => new(Name) { Surface = Surface };

    /// <summary>The share that may be bad: the error budget, 0 to 1.</summary>
    public double Budget => 1 - (Objective / 100);

    /// <summary>The objective as text: <c>99.9 %</c>.</summary>
    protected string Share => Objective.ToString("0.###", CultureInfo.InvariantCulture) + " %";

    /// <summary>
    /// How fast the budget is used up: 1 leaves nothing at the end of the time it is for, 2 uses twice as much. 0 when there was nothing.
    /// </summary>
    public double Burn(SloCount count) => count.Total == 0 ? 0 : (double)count.Bad / count.Total / Budget;

    /// <summary>
    /// Share of the budget that is left of what <paramref name="count"/> allows, at most 1; negative when more was used than there is.
    /// </summary>
    public double BudgetLeft(SloCount count) => 1 - Burn(count);
}

/// <summary>An objective on latency: what took less than the limit is good, whether it failed or not, as the load gate has it.</summary>
/// <param name="Name">Stable name.</param>
/// <param name="Surface">The face of the platform it is about; empty when it is about <see cref="Span"/>.</param>
/// <param name="Objective">The share that has to be faster, percent: the percentile that has to be below the limit.</param>
/// <param name="Limit">The latency that the percentile must stay below.</param>
public sealed record LatencySlo(string Name, string Surface, double Objective, TimeSpan Limit) : Slo(Name, Surface, Objective)
{
    /// <summary>The inner spans it is about, in place of a surface's requests.</summary>
    public string? Span { get; init; }

    /// <inheritdoc/>
    public override string Promise =>
        $"{Share} under {(Limit.TotalSeconds < 1 ? $"{Limit.TotalMilliseconds} ms" : $"{Limit.TotalSeconds} s")}";

    /// <inheritdoc/>
    public override SloRule Rule => new(Name) { Surface = Span is null ? Surface : null, Span = Span, Limit = Limit };
}
