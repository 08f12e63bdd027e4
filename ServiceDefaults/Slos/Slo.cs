using System.Globalization;
using OrionPlatform.Sink;

namespace OrionPlatform.ServiceDefaults;

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

    /// <summary>How fast the budget is used up: 1 leaves nothing at the end of the time it is for, 2 uses twice as much. 0 when there was nothing.</summary>
    public double Burn(SloCount count) => count.Total == 0 ? 0 : (double)count.Bad / count.Total / Budget;

    /// <summary>Share of the budget that is left of what <paramref name="count"/> allows, at most 1; negative when more was used than there is.</summary>
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
    public override string Promise => $"{Share} under {(Limit.TotalSeconds < 1 ? $"{Limit.TotalMilliseconds} ms" : $"{Limit.TotalSeconds} s")}";

    /// <inheritdoc/>
    public override SloRule Rule => new(Name) { Surface = Span is null ? Surface : null, Span = Span, Limit = Limit };
}

/// <summary>
/// The platform's SLOs; a new one is a line here. <c>load-tests/Slos.cs</c> gates the figures of the public API; a test holds the two together.
/// </summary>
public static class Slos
{
    /// <summary>Public API: p95 below 300 ms.</summary>
    public static readonly LatencySlo PublicApiP95 = new("public_api_p95_300ms", "public", 95, TimeSpan.FromMilliseconds(300));

    /// <summary>Public API: p99 below 1 s.</summary>
    public static readonly LatencySlo PublicApiP99 = new("public_api_p99_1s", "public", 99, TimeSpan.FromSeconds(1));

    /// <summary>Public API: fewer than 1 of 1,000 requests fail.</summary>
    public static readonly Slo PublicApiErrors = new("public_api_errors_0_1pct", "public", 99.9);

    /// <summary>Who may use a project is known within 20 ms, 95 times of 100.</summary>
    public static readonly LatencySlo MembershipP95 = OfSpan("membership_p95_20ms", "api.tenants.resolve", 95, TimeSpan.FromMilliseconds(20));

    /// <summary>And within 50 ms, 99 times.</summary>
    public static readonly LatencySlo MembershipP99 = OfSpan("membership_p99_50ms", "api.tenants.resolve", 99, TimeSpan.FromMilliseconds(50));

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Slo> All { get; } = [PublicApiP95, PublicApiP99, PublicApiErrors, MembershipP95, MembershipP99];

    private static LatencySlo OfSpan(string name, string span, double objective, TimeSpan limit) => new(name, "", objective, limit) { Span = span };
}
