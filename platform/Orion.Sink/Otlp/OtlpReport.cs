namespace Orion.Sink.Otlp;

/// <summary>What the sender of one request is told: how many records are not stored, and what is kept otherwise than it was sent; of each
/// how many, and why.</summary>
internal sealed class OtlpReport
{
    // Reasons told in one answer; there are few in all, and nobody reads more.
    private const int MaxReasons = 8;

    private readonly List<(string Why, int Count)> _rejected = [];
    private readonly List<(string What, int Count)> _notes = [];

    /// <summary>Records that are not stored.</summary>
    public int Rejected => _rejected.Sum(r => r.Count);

    /// <summary>A record is not stored.</summary>
    /// <param name="why">The reason, the same for all it applies to.</param>
    /// <param name="count">How many.</param>
    public void Reject(string why, int count = 1) => Add(_rejected, why, count);

    /// <summary>Something is kept otherwise than it was sent.</summary>
    /// <param name="what">What and why, the same for all it applies to; it is put behind the number.</param>
    /// <param name="count">How many; nothing is noted of none.</param>
    public void Note(string what, int count = 1) => Add(_notes, what, count);

    /// <summary>Says what was left out of a span, here and with it.</summary>
    public void Cut(OtlpSpan span)
    {
        Note($"events left out: a span keeps {OtlpLimits.Events}", span.CutEvents);
        Note($"links left out: a span keeps {OtlpLimits.Links}", span.CutLinks);
        foreach (var (_, _, attributes) in span.Events)
        {
            span.Attributes.CutElements += attributes.CutElements;
            Cut(attributes.Cut);
        }

        foreach (var link in span.Links)
        {
            span.Attributes.CutElements += link.Attributes.CutElements;
            Cut(link.Attributes.Cut);
        }

        Cut(span.Attributes);
    }

    /// <summary>Says what was left out of a record's attributes and body, here and with it.</summary>
    public void Cut(OtlpAttributes attributes)
    {
        if (attributes.CutElements > 0)
        {
            attributes.Note("orion.cut_elements", (long)attributes.CutElements);
            Note(
                $"elements left out: a list keeps {OtlpLimits.Elements}, a map {OtlpLimits.Attributes}, "
                + $"and both lie at most {OtlpLimits.Depth} deep",
                attributes.CutElements);
        }

        Cut(attributes.Cut);
    }

    /// <summary>Says that texts are cut.</summary>
    public void CutTexts(int count, int most) => Note($"texts cut to {most} characters", count);

    private void Cut(int attributes) => Note($"attributes left out: a record keeps {OtlpLimits.Attributes}", attributes);

    public OtlpResult Result(int accepted)
    {
        var rejected = _rejected.Take(MaxReasons).Select(r => _rejected.Count == 1 ? r.Why : $"{r.Count} rejected: {r.Why}");
        var parts = rejected.Concat(_notes.Take(MaxReasons).Select(n => $"{n.Count} {n.What}")).ToList();
        var message = parts.Count == 0 ? null : string.Join("; ", parts);
        return new OtlpResult(accepted, Rejected, message) { Altered = _notes.Sum(n => n.Count) };
    }

    private static void Add(List<(string Text, int Count)> list, string text, int count)
    {
        if (count == 0)
        {
            return;
        }

        var at = list.FindIndex(r => r.Text == text);
        if (at < 0)
        {
            list.Add((text, count));
        }
        else
        {
            list[at] = (text, list[at].Count + count);
        }
    }
}
