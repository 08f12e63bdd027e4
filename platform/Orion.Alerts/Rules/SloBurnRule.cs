using Microsoft.Extensions.Options;
using Orion.Sink.Reading;
using Orion.Sink.Rollups;
using Orion.Sink.ServiceLevels;

namespace Orion.Alerts.Rules;

/// <summary>A pace of burning that somebody should hear of: over the long window, and still over the short one.</summary>
/// <param name="Over">The window that tells a real problem from a blip.</param>
/// <param name="Lately">The window that tells whether it goes on.</param>
/// <param name="Factor">How many times faster than the budget allows.</param>
public sealed record BurnPace(TimeSpan Over, TimeSpan Lately, double Factor);

/// <summary>
/// An SLO's error budget burns too fast. Windows and factors are those of the Site Reliability Workbook, chapter 5, table 5-8, for an
/// objective over 30 days: 2 % of the budget in an hour or 5 % in six are for people to be woken by, 10 % in three days are for a working
/// day.
/// </summary>
public sealed class SloBurnRule : AlertRule
{
    private readonly BurnPace[] _paces;
    private readonly IOptions<AlertOptions> _options;
    private readonly IOptions<SloOptions> _slos;

    private SloBurnRule(string name, string severity, BurnPace[] paces, IOptions<AlertOptions> options, IOptions<SloOptions> slos) =>
        (Name, Severity, _paces, _options, _slos) = (name, severity, paces, options, slos);

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override string Severity { get; }

    /// <inheritdoc/>
    public override string Runbook => "docs/runbooks/slo-burn.md";

    /// <summary>The pace that is worth waking somebody.</summary>
    public static SloBurnRule Fast(IOptions<AlertOptions> options, IOptions<SloOptions> slos) => new(
        "slo_burn_fast", "critical",
        [new(TimeSpan.FromHours(1), TimeSpan.FromMinutes(5), 14.4), new(TimeSpan.FromHours(6), TimeSpan.FromMinutes(30), 6)],
        options, slos);

    /// <summary>The pace that is worth a ticket.</summary>
    public static SloBurnRule Slow(IOptions<AlertOptions> options, IOptions<SloOptions> slos) => new(
        "slo_burn_slow", "warning", [new(TimeSpan.FromDays(3), TimeSpan.FromHours(6), 1)], options, slos);

    /// <inheritdoc/>
    public override async Task<IReadOnlyList<Finding>> LookAsync(TelemetryReader reader, CancellationToken cancellationToken)
    {
        var findings = new Dictionary<string, Finding>();
        foreach (var pace in _paces)
        {
            var lately = await reader.SlosAsync(pace.Lately, cancellationToken);
            var all = lately.Any(c => c.Bad > 0) ? await reader.SlosAsync(pace.Over, cancellationToken) : [];
            foreach (var slo in _slos.Value.All)
            {
                if (Find(slo, pace, all, lately) is { } finding)
                {
                    findings.TryAdd(slo.Name, finding);
                }
            }
        }

        return [.. findings.Values];
    }

    // A handful of bad ones says nothing, however large a share of a quiet hour it is.
    private Finding? Find(Slo slo, BurnPace pace, IReadOnlyList<SloCount> all, IReadOnlyList<SloCount> lately) =>
        all.FirstOrDefault(c => c.Name == slo.Name) is { } count && count.Bad >= _options.Value.MinBad && slo.Burn(count) >= pace.Factor
        && lately.FirstOrDefault(c => c.Name == slo.Name) is { } recent && slo.Burn(recent) >= pace.Factor
            ? new Finding(
                slo.Name,
                $"{slo.Name} ({slo.Promise}): {count.Bad} of {count.Total} were bad over {Words(pace.Over)}, {slo.Burn(count):0.#} times "
                + $"what its budget allows, and {slo.Burn(recent):0.#} times over the last {Words(pace.Lately)}.")
            : null;

    private static string Words(TimeSpan time) =>
        time.TotalDays >= 1 ? $"{time.TotalDays:0} d" : time.TotalHours >= 1 ? $"{time.TotalHours:0} h" : $"{time.TotalMinutes:0} min";
}
