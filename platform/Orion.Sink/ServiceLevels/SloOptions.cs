using System.ComponentModel.DataAnnotations;

namespace Orion.Sink.ServiceLevels;

/// <summary>
/// The SLOs as this installation has them, section <c>Orion:Slos</c>: <c>Objectives:NAME:Objective</c> and <c>Objectives:NAME:Limit</c>
/// change one that the product has defined. Every service should have the same. Minutes that are past keep what was counted by the limit of
/// their time.
/// </summary>
public sealed class SloOptions : IValidatableObject
{
    /// <summary>The section's name.</summary>
    public const string Section = "Orion:Slos";

    private readonly List<Slo> _defined = [];

    /// <summary>Changes, by the name of the SLO.</summary>
    public IDictionary<string, SloChange> Objectives { get; } = new Dictionary<string, SloChange>();

    /// <summary>All SLOs, as changed.</summary>
    public IReadOnlyList<Slo> All => [.. _defined.Select(Of)];

    /// <summary>The first objective on the latency of the public API, by which a request is called slow; null when there is none.</summary>
    public LatencySlo? PublicLatency => All.OfType<LatencySlo>().FirstOrDefault(s => s.Surface == "public");

    /// <summary>Adds SLOs of the product.</summary>
    public void Define(IEnumerable<Slo> slos) => _defined.AddRange(slos);

    /// <summary>One SLO, as changed.</summary>
    public T Of<T>(T slo) where T : Slo
    {
        ArgumentNullException.ThrowIfNull(slo);
        var change = Objectives.TryGetValue(slo.Name, out var found) ? found : null;
        Slo changed = slo with { Objective = change?.Objective ?? slo.Objective };
        return (T)(changed is LatencySlo latency ? latency with { Limit = change?.Limit ?? latency.Limit } : changed);
    }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        from change in Objectives
        let problem = Problem(change.Key, change.Value)
        where problem is not null
        select new ValidationResult($"{Section}:Objectives:{change.Key}{problem}", [nameof(Objectives)]);

    private string? Problem(string name, SloChange change) => _defined.Find(s => s.Name == name) switch
    {
        null => $" is no SLO; there are {string.Join(", ", _defined.Select(s => s.Name))}.",
        _ when change.Objective is not (null or > 0 and < 100) =>
            $":Objective must be above 0 and below 100 percent, not {change.Objective}.",
        not LatencySlo when change.Limit is not null => ":Limit: this SLO is not about latency.",
        _ when change.Limit is { } limit && (limit < TimeSpan.FromMilliseconds(1) || limit > TimeSpan.FromHours(1)) =>
            $":Limit must be between 1 ms and 1 h, not {limit}.",
        _ => null,
    };
}

/// <summary>What is different about an SLO; null where nothing is.</summary>
public sealed class SloChange
{
    /// <summary>The share that has to be good, percent.</summary>
    public double? Objective { get; set; }

    /// <summary>The limit of its latency, 1 ms to 1 h.</summary>
    public TimeSpan? Limit { get; set; }
}
