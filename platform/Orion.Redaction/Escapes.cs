using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;

namespace Orion.Redaction;

/// <summary>The encodings in which a text is carried inside another: percent signs, JSON's <c>\u</c>, HTML entities.</summary>
internal static class Escapes
{
    private const string EscapedBlank = "%C2%A0";

    private static readonly SearchValues<char> s_signs = SearchValues.Create("%&\\");

    /// <summary>
    /// Escaped signs stand here, sign by sign, while they must end no value: a password keeps its comma (<c>password=a%2Cb</c>). The
    /// characters are for private use, of which no text that is left has any.
    /// </summary>
    private const char Held = '\ue000';
    private const char LastHeld = '\ue07f';
    private const int LongestEntity = 10;

    private static readonly SearchValues<char> s_held = SearchValues.Create(",;&|<>\"'`=[]{}()#?/:@\r\n\t");

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

    /// <summary>
    /// The text without one layer of escapes, in which escaped signs that end values are held apart from those that stand plain; null when
    /// no such sign is escaped.
    /// </summary>
    public static string? Hold(string text)
    {
        if (text.AsSpan().ContainsAnyInRange(Held, LastHeld))
        {
            return null;
        }

        StringBuilder? held = null;
        var done = 0;
        for (var at = text.AsSpan().IndexOfAny(s_signs); at >= 0;)
        {
            var length = Sign(text.AsSpan(at), out var sign);
            if (length > 0 && s_held.Contains(sign))
            {
                (held ??= new StringBuilder()).Append(text, done, at - done).Append((char)(Held + sign));
                done = at + length;
            }

            var from = at + Math.Max(1, length);
            var next = from < text.Length ? text.AsSpan(from).IndexOfAny(s_signs) : -1;
            at = next < 0 ? -1 : from + next;
        }

        return held is null ? null : Decode(held.Append(text, done, text.Length - done).ToString());
    }

    /// <summary>The text with signs again in the places of those that were held.</summary>
    public static string Release(string text) => string.Create(text.Length, text, static (span, text) =>
    {
        for (var i = 0; i < span.Length; i++)
        {
            span[i] = text[i] is >= Held and <= LastHeld ? (char)(text[i] - Held) : text[i];
        }
    });

    /// <summary>The part of a value before the first sign that was held.</summary>
    public static ReadOnlySpan<char> BeforeHeld(ReadOnlySpan<char> value) =>
        value.IndexOfAnyInRange(Held, LastHeld) is var at && at < 0 ? value : value[..at];

    /// <summary>Length of the escape with which a text begins, and the ASCII character that it stands for; 0 when it is none.</summary>
    private static int Sign(ReadOnlySpan<char> text, out char sign)
    {
        (var length, sign) = (0, '\0');
        if (text is ['%', ..] && text.Length > 2 && byte.TryParse(text.Slice(1, 2), NumberStyles.AllowHexSpecifier, null, out var code))
        {
            (length, sign) = (3, (char)code);
        }
        else if (text is ['\\', 'u', ..] && text.Length > 5
            && ushort.TryParse(text.Slice(2, 4), NumberStyles.AllowHexSpecifier, null, out var unit))
        {
            (length, sign) = (6, (char)unit);
        }
        else if (text[0] == '&' && text[..Math.Min(text.Length, LongestEntity)].IndexOf(';') is var end and > 1
            && WebUtility.HtmlDecode(text[..(end + 1)].ToString()) is [var entity])
        {
            (length, sign) = (end + 1, entity);
        }

        return sign is > '\0' and < '\u0080' ? length : 0;
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
