using Orion.Sink.Rows;

namespace Orion.Sink.Otlp;

/// <summary>
/// Who sends telemetry in, and what it may claim: what is claimed without right is stored as a claim, and counts nowhere else.
/// </summary>
/// <param name="Name">Its name, as the key it uses is called.</param>
public sealed record OtlpSender(string Name)
{
    /// <summary>Longest name.</summary>
    public const int MaxName = 64;

    /// <summary>The platform's own tests and tools: everything it claims is so.</summary>
    public static OtlpSender Trusted { get; } = new("") { Services = ["*"], Surfaces = ["*"], Tenants = ["*"], MayClaimLines = true };

    /// <summary>
    /// Services it speaks for (<c>service.name</c>): names, beginnings (<c>shop-*</c>), or <c>*</c> for all that are nobody else's.
    /// Another's rows are stored as those of <c>NAME/SERVICE</c>, and have none of the rights below.
    /// </summary>
    public IReadOnlyList<string> Services { get; init; } = [];

    /// <summary>Surfaces its lines may be of. A line of none of them is <see cref="CanonicalLine.External"/>.</summary>
    public IReadOnlyList<string> Surfaces { get; init; } = [];

    /// <summary>Tenants its rows may be of.</summary>
    public IReadOnlyList<string> Tenants { get; init; } = [];

    /// <summary>
    /// Whether its spans say themselves what they are (<c>orion.line.kind</c> and the other <c>orion.</c> attributes), and count in
    /// objectives about spans.
    /// </summary>
    public bool MayClaimLines { get; init; }

    /// <summary>Services that are somebody else's: a beginning or <c>*</c> does not cover them.</summary>
    public Predicate<string> IsTaken { get; init; } = _ => false;

    internal bool MayServe(string service) => Services.Contains(service) || (Allows(Services, service) && !IsTaken(service));

    internal bool MayBeOf(string surface) => Allows(Surfaces, surface);

    internal bool MayActFor(string tenant) => Allows(Tenants, tenant);

    private static bool Allows(IReadOnlyList<string> patterns, string text)
    {
        foreach (var pattern in patterns)
        {
            var matches = pattern.EndsWith('*')
                ? text.AsSpan().StartsWith(pattern.AsSpan(0, pattern.Length - 1), StringComparison.Ordinal)
                : pattern == text;
            if (matches)
            {
                return true;
            }
        }

        return false;
    }
}
