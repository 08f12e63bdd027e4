using System.Buffers;
using System.Buffers.Text;
using System.Globalization;

namespace Orion.Sink.Otlp;

/// <summary>Integers and bytes in the forms that ProtoJSON allows.</summary>
internal static class JsonNumbers
{
    /// <summary>An integer, also one with a fraction of zeros or an exponent.</summary>
    public static bool TryInteger(ReadOnlySpan<byte> text, out Int128 number)
    {
        number = 0;
        if (Utf8Parser.TryParse(text, out long plain, out var length) && length == text.Length)
        {
            number = plain;
            return true;
        }

        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (decimal.TryParse(text, Style, CultureInfo.InvariantCulture, out var exact) && exact == decimal.Truncate(exact))
        {
            number = (Int128)exact;
            return true;
        }

        return false;
    }

    /// <summary>Bytes in base64, in either of its alphabets, with padding or without.</summary>
    /// <param name="text">The base64.</param>
    /// <param name="bytes">As long as the text, at least.</param>
    /// <param name="written">How many bytes there are.</param>
    public static bool TryBase64(ReadOnlySpan<byte> text, Span<byte> bytes, out int written)
    {
        Span<byte> standard = new byte[text.Length + 2];
        var length = 0;
        foreach (var character in text.TrimEnd((byte)'='))
        {
            standard[length++] = character switch
            {
                (byte)'-' => (byte)'+',
                (byte)'_' => (byte)'/',
                _ => character,
            };
        }

        for (; length % 4 is 2 or 3; length++)
        {
            standard[length] = (byte)'=';
        }

        return Base64.DecodeFromUtf8(standard[..length], bytes, out _, out written) == OperationStatus.Done;
    }
}
