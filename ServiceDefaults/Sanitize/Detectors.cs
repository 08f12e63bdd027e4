namespace OrionPlatform.ServiceDefaults;

/// <summary>Returns the text with what it recognises replaced; the same instance when there is nothing. Linear in its length.</summary>
internal delegate string Detector(string text);

/// <summary>The value rules and the quick look that spares clean values all of them.</summary>
internal static class Detectors
{
    /// <summary>No rule matches anything shorter than this.</summary>
    public const int ShortestSecret = 5;

    /// <summary>Those that look at a text as it stands.</summary>
    public static readonly IReadOnlyList<Detector> Plain =
    [
        PemDetector.Redact, AssignmentDetector.Redact, SchemeDetector.Redact, TokenDetector.Redact,
        UrlCredentialDetector.Redact, EmailDetector.Redact, NumberDetector.Redact,
    ];

    /// <summary>And the one that looks into encoded parts of it.</summary>
    public static readonly IReadOnlyList<Detector> All = [.. Plain, EncodedDetector.Redact];

    /// <summary>Whether any rule could match. May be wrong only in saying yes.</summary>
    public static bool Suspicious(string text)
    {
        var span = text.AsSpan();
        return span.Contains('@')
            || (span.Length >= NumberDetector.Shortest && span.ContainsAnyInRange('0', '9') && NumberDetector.Suspicious(span))
            || AssignmentDetector.Suspicious(span)
            || SchemeDetector.Suspicious(span)
            || (span.Length >= TokenDetector.Shortest && TokenDetector.Suspicious(span))
            || span.Contains("-----", StringComparison.Ordinal)
            || (span.Length >= EncodedDetector.Shortest && EncodedDetector.Suspicious(span));
    }
}
