namespace OrionPlatform.ServiceDefaults;

/// <summary>Returns the text with what it recognises replaced; the same instance when there is nothing. Linear in its length.</summary>
internal delegate string Detector(string text);

/// <summary>The value rules and the quick look that spares clean values all of them.</summary>
internal sealed class Detectors
{
    /// <summary>No rule matches anything shorter than this.</summary>
    public const int ShortestSecret = 5;

    private readonly AssignmentDetector _assignments;
    private readonly TokenDetector _tokens;

    /// <param name="names">The names by which values are judged.</param>
    /// <param name="prefixes">Further beginnings of tokens.</param>
    public Detectors(SensitiveNames names, IEnumerable<string> prefixes)
    {
        _assignments = new AssignmentDetector(names);
        _tokens = new TokenDetector(prefixes);
        Plain =
        [
            PemDetector.Redact, _assignments.Redact, CommandLineDetector.Redact, SchemeDetector.Redact, _tokens.Redact,
                UrlCredentialDetector.Redact,
            EmailDetector.Redact, NumberDetector.Redact,
        ];
        All = [.. Plain, new EncodedDetector(this).Redact];
    }

    /// <summary>Those that look at a text as it stands.</summary>
    public Detector[] Plain { get; }

    /// <summary>And the one that looks into encoded parts of it.</summary>
    public Detector[] All { get; }

    /// <summary>Whether any rule could match. May be wrong only in saying yes.</summary>
    public bool Suspicious(string text)
    {
        var span = text.AsSpan();
        return span.Contains('@')
            || (span.Length >= NumberDetector.Shortest && span.ContainsAnyInRange('0', '9') && NumberDetector.Suspicious(span))
            || _assignments.Suspicious(span)
            || SchemeDetector.Suspicious(span)
            || CommandLineDetector.Suspicious(span)
            || (span.Length >= TokenDetector.Shortest && _tokens.Suspicious(span))
            || span.Contains("-----", StringComparison.Ordinal)
            || (span.Length >= EncodedDetector.Shortest && EncodedDetector.Suspicious(span));
    }
}
