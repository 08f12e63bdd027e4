using System.Buffers;

namespace Orion.Redaction;

/// <summary>Returns the text with what it recognises replaced; the same instance when there is nothing. Linear in its length.</summary>
internal delegate string Detector(string text);

/// <summary>The value rules and the quick look that spares clean values all of them.</summary>
internal sealed class Detectors
{
    /// <summary>No rule matches anything shorter than this.</summary>
    public const int ShortestSecret = 5;

    // One of these stands before the secret in whatever the rules about several words match: a sign, or the blank behind a scheme, an
    // option or PEM's "BEGIN"; and in any escape. A single word, as most values are, has none of them.
    private static readonly SearchValues<char> s_joints = SearchValues.Create("@=:>,\"'+%&\\ \t\u00a0");

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

    /// <summary>The rule about what is escaped by percent signs, which has to see it before the signs are gone.</summary>
    public string RedactEscaped(string text) => _assignments.RedactEscaped(text);

    /// <summary>Whether any rule could match. May be wrong only in saying yes.</summary>
    public bool Suspicious(string text)
    {
        var span = text.AsSpan();
        if (NumberDetector.IsUuid(span) && span.Length == NumberDetector.UuidLength)
        {
            return false;
        }

        return (span.ContainsAny(s_joints) && SuspiciousWords(span))
            || (span.Length >= NumberDetector.Shortest && span.ContainsAnyInRange('0', '9') && NumberDetector.Suspicious(span))
            || (span.Length >= TokenDetector.Shortest && _tokens.Suspicious(span))
            || (span.Length >= EncodedDetector.Shortest && EncodedDetector.Suspicious(span));
    }

    private bool SuspiciousWords(ReadOnlySpan<char> text) => text.Contains('@')
        || _assignments.Suspicious(text)
        || SchemeDetector.Suspicious(text)
        || CommandLineDetector.Suspicious(text)
        || text.Contains("-----", StringComparison.Ordinal)
        || Escapes.Any(text);
}
