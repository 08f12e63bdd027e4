namespace Orion.Sink.Otlp;

/// <summary>
/// How much of a request, and of one record in it, is taken. The limits on a record are those of OpenTelemetry's SDKs, held here too: a
/// sender need not be one. What is beyond them is left out, counted with its record, and told in the answer.
/// </summary>
internal static class OtlpLimits
{
    /// <summary>Attributes of a record, an event or a link, and pairs of one map.</summary>
    public const int Attributes = 128;

    public const int Events = 128;
    public const int Links = 128;

    /// <summary>Elements of one list.</summary>
    public const int Elements = 128;

    /// <summary>Maps and lists within one another.</summary>
    public const int Depth = 16;

    /// <summary>Records of one request; as many as a stream's buffer holds unless it is configured.</summary>
    public const int Records = 50_000;

    /// <summary>Fields and elements of one request, counted at each that is gone through: what a small body unfolds to, whatever it is made
    /// of.</summary>
    public const int Values = 2_000_000;
}
