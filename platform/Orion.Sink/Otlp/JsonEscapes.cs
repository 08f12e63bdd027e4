using System.Globalization;
using System.Text;

namespace Orion.Sink.Otlp;

/// <summary>Escapes in JSON's text.</summary>
internal static class JsonEscapes
{
    /// <summary>Writes the text that stands there; it is no longer than how it is written.</summary>
    public static int Decode(ReadOnlySpan<byte> raw, Span<byte> to)
    {
        var length = 0;
        for (var at = 0; at < raw.Length;)
        {
            if (raw[at] != '\\')
            {
                to[length++] = raw[at++];
            }
            else if (raw[at + 1] == 'u')
            {
                var rune = Unicode(raw, ref at);
                length += rune.EncodeToUtf8(to[length..]);
            }
            else
            {
                to[length++] = raw[at + 1] switch
                {
                    (byte)'b' => (byte)'\b',
                    (byte)'f' => (byte)'\f',
                    (byte)'n' => (byte)'\n',
                    (byte)'r' => (byte)'\r',
                    (byte)'t' => (byte)'\t',
                    var same => same,
                };
                at += 2;
            }
        }

        return length;
    }

    private static Rune Unicode(ReadOnlySpan<byte> raw, ref int at)
    {
        var first = Unit(raw, at);
        at += 6;
        if (char.IsHighSurrogate(first) && raw[at..].StartsWith("\\u"u8) && Unit(raw, at) is var second && char.IsLowSurrogate(second))
        {
            at += 6;
            return new Rune(first, second);
        }

        return char.IsSurrogate(first) ? Rune.ReplacementChar : new Rune(first);
    }

    // The reader has seen to it that four hexadecimal digits follow.
    private static char Unit(ReadOnlySpan<byte> raw, int at) =>
        (char)ushort.Parse(raw.Slice(at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
