using Orion.Sink.Rows;

namespace Orion.Sink.Otlp;

/// <summary>
/// What the rows of one request claim to be, held against what their sender may claim. What it may not is kept under <c>claimed.</c> and
/// counted.
/// </summary>
internal sealed class OtlpClaims(OtlpSender sender)
{
    public const string UnknownService = "unknown_service";

    private const string Prefix = "claimed.";
    private const string Own = "orion.";
    private const string KindOfLine = "orion.line.kind";
    private const string Surface = "orion.surface";
    private const string Tenant = "tenant";

    private readonly SortedSet<string> _refused = new(StringComparer.Ordinal);
    private readonly HashSet<OtlpSource> _bound = new(ReferenceEqualityComparer.Instance);

    /// <summary>Claims without right.</summary>
    public int Count { get; private set; }

    /// <summary>What was claimed, in a sentence; null when all of it was right.</summary>
    public string? Message => Count == 0 ? null
        : $"{Count} times something was claimed that the key '{sender.Name}' may not claim: "
            + $"{string.Join(", ", _refused)}. All of it is stored, as what that key may.";

    /// <summary>Binds what a record comes from to the sender. <paramref name="source"/> is one object for many records.</summary>
    public void Bind(OtlpSource source)
    {
        if (_bound.Add(source))
        {
            var service = source.Resource.Find("service.name");
            source.IsServed = sender.MayServe(service ?? UnknownService);
            source.Service = source.IsServed ? service ?? UnknownService : $"{sender.Name}/{service ?? UnknownService}";
            (source.Resource.Sender, source.Resource.CountsInObjectives) = (sender.Name, MayClaimLines(source));
        }

        if (!source.IsServed && source.Resource.Find("service.name") is not null)
        {
            Refuse("service.name");
        }
    }

    /// <summary>Of each resource of which anything was taken, how much.</summary>
    public IReadOnlyList<OtlpHeard> Heard(OtlpSignal signal) =>
    [
        .. _bound.Where(s => s.Taken > 0).GroupBy(s => s.Resource)
            .Select(g => new OtlpHeard(g.Key, g.First().Service ?? UnknownService, signal, g.Sum(s => s.Taken)))
    ];

    /// <summary>Whether spans may say what they are.</summary>
    public bool MayClaimLines(OtlpSource source) => source.IsServed && sender.MayClaimLines;

    /// <summary>Takes the tenant out of the attributes; null when there is none, or it is claimed without right.</summary>
    public string? TakeTenant(OtlpSource source, OtlpAttributes attributes)
    {
        if (attributes.Take(Tenant) is not { } tenant)
        {
            return null;
        }

        if (source.IsServed && sender.MayActFor(tenant))
        {
            return tenant;
        }

        attributes.Add(Prefix + Tenant, tenant);
        Refuse(Tenant);
        return null;
    }

    /// <summary>
    /// Takes the surface out of the attributes: the one that is claimed with right, else the natural one, where the sender's lines may be
    /// of it.
    /// </summary>
    public string TakeSurface(OtlpSource source, OtlpAttributes attributes, string natural)
    {
        if (attributes.Take(Surface) is { } claimed)
        {
            if (source.IsServed && sender.MayBeOf(claimed))
            {
                return claimed;
            }

            attributes.Add(Prefix + Surface, claimed);
            Refuse(Surface);
        }

        return source.IsServed && sender.MayBeOf(natural) ? natural : CanonicalLine.External;
    }

    /// <summary>Takes the kind of line out of the attributes that a span says it is; null when it says nothing, or may not.</summary>
    public string? TakeKind(OtlpSource source, OtlpAttributes attributes)
    {
        if (MayClaimLines(source))
        {
            return attributes.Take(KindOfLine);
        }

        // The surface has a right of its own.
        if (attributes.Rename(key => key.StartsWith(Own, StringComparison.Ordinal) && key != Surface, Prefix))
        {
            Refuse(KindOfLine);
        }

        return null;
    }

    private void Refuse(string claim)
    {
        Count++;
        _refused.Add(claim);
    }
}
