using System.Buffers;

namespace Orion.Telemetry.Propagation;

/// <summary>The <c>traceparent</c> header: <c>version-traceid-parentid-flags</c>.</summary>
internal static class TraceParent
{
    private const int Length = 55;
    private const int KnownFlags = 0x03;

    private static readonly SearchValues<char> s_hex = SearchValues.Create("0123456789abcdef");

    /// <summary>The header as version 00 with the flags that level 2 knows (sampled, random); null when it is not valid.</summary>
    public static string? Normalize(string header)
    {
        var text = header.AsSpan().Trim(" \t");
        if (text.Length < Length || text[2] != '-' || text[35] != '-' || text[52] != '-'
            || !IsHex(text[..2]) || !IsHex(text[3..35]) || !IsHex(text[36..52]) || !IsHex(text[53..55])
            || !text[3..35].ContainsAnyExcept('0') || !text[36..52].ContainsAnyExcept('0') || text[..2] is "ff")
        {
            return null;
        }

        // A later version may go on after a hyphen; version 00 may not. A comma joins two headers, of which neither counts.
        if (text.Length > Length && (text[..2] is "00" || text[Length] != '-' || text.Contains(',')))
        {
            return null;
        }

        var flags = Convert.FromHexString(text[53..55])[0];
        return text.Length == Length && text[..2] is "00" && flags <= KnownFlags && header.Length == Length
            ? header
            : $"00-{text[3..35]}-{text[36..52]}-{flags & KnownFlags:x2}";
    }

    private static bool IsHex(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(s_hex);
}
