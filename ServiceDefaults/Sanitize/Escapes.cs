using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;

namespace OrionPlatform.ServiceDefaults;

/// <summary>The encodings in which a text is carried inside another: percent signs, JSON's <c>\u</c>, HTML entities.</summary>
internal static class Escapes
{
    private const string EscapedBlank = "%C2%A0";

    private static readonly SearchValues<char> s_signs = SearchValues.Create("%&\\");

    /// <summary>Whether there may be any.</summary>
    public static bool Any(ReadOnlySpan<char> text)
    {
        for (var at = text.IndexOfAny(s_signs); at >= 0 && at + 2 < text.Length;)
        {
            if (text[at] switch
            {
                '%' => char.IsAsciiHexDigit(text[at + 1]),
                '\\' => text[at + 1] is 'u' or '/' or 'n' or 'r' or 't' or '"' or '\\',
                _ => text[at + 1] is '#' || char.IsAsciiLetterLower(text[at + 1]),
            })
            {
                return true;
            }

            var next = text[(at + 1)..].IndexOfAny(s_signs);
            at = next < 0 ? -1 : at + 1 + next;
        }

        return false;
    }

    /// <summary>The text with one layer of each taken off; the same instance when there is none.</summary>
    public static string Decode(string text)
    {
        // A blank that was escaped parts no words: it stays one until the rules have looked.
        var plain = Uri.UnescapeDataString(text.Contains("%20", StringComparison.Ordinal)
            ? text.Replace("%20", EscapedBlank, StringComparison.Ordinal) : text);
        plain = plain.Contains("\\u", StringComparison.Ordinal) ? Unicode(plain) : plain;
        plain = plain.Contains("\\/", StringComparison.Ordinal) ? plain.Replace("\\/", "/", StringComparison.Ordinal) : plain;
        plain = plain.Contains('&', StringComparison.Ordinal) ? WebUtility.HtmlDecode(plain) : plain;
        return plain == text ? text : plain;
    }

    private static string Unicode(string text)
    {
        var plain = new StringBuilder(text.Length);
        var done = 0;
        for (var at = text.IndexOf("\\u", StringComparison.Ordinal); at >= 0; at = at + 2 < text.Length
            ? text.IndexOf("\\u", Math.Max(done, at + 2), StringComparison.Ordinal) : -1)
        {
            if (at + 6 <= text.Length && ushort.TryParse(text.AsSpan(at + 2, 4), NumberStyles.AllowHexSpecifier,
                CultureInfo.InvariantCulture, out var code))
            {
                plain.Append(text, done, at - done).Append((char)code);
                done = at + 6;
            }
        }

        return plain.Append(text, done, text.Length - done).ToString();
    }
}
