namespace Orion.Sink.Segments;

/// <summary>
/// How many attributes, events and links of a span were left out, in one integer: 21 bits each, the lowest for attributes. A larger count
/// is kept as the largest that fits.
/// </summary>
internal static class DroppedParts
{
    private const int Bits = 21;
    private const long Most = (1L << Bits) - 1;

    public static long Pack(int attributes, int events, int links) => Cut(attributes) | (Cut(events) << Bits) | (Cut(links) << (2 * Bits));

    public static (int Attributes, int Events, int Links) Unpack(long packed) =>
        ((int)(packed & Most), (int)((packed >> Bits) & Most), (int)(packed >> (2 * Bits)));

    /// <summary>The three counts in SQL, NULL as 0.</summary>
    public static (string Attributes, string Events, string Links) Sql(string column) =>
        ($"coalesce({column}, 0) & {Most}", $"(coalesce({column}, 0) >> {Bits}) & {Most}", $"coalesce({column}, 0) >> {2 * Bits}");

    private static long Cut(int count) => Math.Clamp(count, 0, Most);
}
