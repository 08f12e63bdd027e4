using System.Buffers;
using System.Text.Unicode;

namespace Orion.Redaction;

/// <summary>Credentials after an HTTP authentication scheme (<c>Bearer ...</c>, <c>Basic ...</c>).</summary>
internal static class SchemeDetector
{
    private static readonly SearchValues<string> s_schemes = SearchValues.Create(["bearer", "basic"], StringComparison.OrdinalIgnoreCase);

    // What may stand between a scheme and its credential, of which there has to be one.
    private static readonly SearchValues<char> s_between = SearchValues.Create(" \u00a0\t:\"'=+");

    /// <summary>
    /// Whether there may be one. The characters are looked for first: that is several times quicker, and most texts have none of them.
    /// </summary>
    public static bool Suspicious(ReadOnlySpan<char> text) => text.ContainsAny(s_between) && text.ContainsAny(s_schemes);

    public static string Redact(string text) => Scheme(Scheme(text, "Bearer", LooksLikeToken), "Basic", LooksLikeUserPassword);

    private delegate bool Test(ReadOnlySpan<char> credential);

    private static string Scheme(string text, string scheme, Test test)
    {
        var at = text.IndexOf(scheme, StringComparison.OrdinalIgnoreCase);
        if (at < 0)
        {
            return text;
        }

        var edit = new TextEdit(text);
        for (; at >= 0 && !edit.IsFull; at = text.IndexOf(scheme, at + scheme.Length, StringComparison.OrdinalIgnoreCase))
        {
            var start = at + scheme.Length;
            while (start < text.Length && s_between.Contains(text[start]))
            {
                start++;
            }

            if (start == at + scheme.Length)
            {
                continue;
            }

            var end = start;
            while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '-' or '.' or '_' or '~' or '+' or '/'
                or '='))
            {
                end++;
            }

            if (test(text.AsSpan(start, end - start)))
            {
                edit.Redact(start, end);
            }
        }

        return edit.Finish();
    }

    /// <summary>"Bearer authentication failed" is prose; a token is long or not made of letters alone.</summary>
    private static bool LooksLikeToken(ReadOnlySpan<char> credential)
    {
        var prose = credential.TrimEnd('.');
        return prose.Length >= 16 || (prose.Length >= 4 && prose.ContainsAnyExceptInRange('A', 'z'));
    }

    /// <summary>
    /// Whole groups of four are enough to see the name before the colon: padding is often left out, and a path or a full stop may follow.
    /// </summary>
    private static bool LooksLikeUserPassword(ReadOnlySpan<char> credential)
    {
        if (credential.Length > 4096)
        {
            return true;
        }

        var padding = credential.IndexOfAny('=', '.');
        var groups = credential[..((padding < 0 ? credential.Length : padding) / 4 * 4)];
        Span<byte> bytes = stackalloc byte[credential.Length];
        if (!Convert.TryFromBase64Chars(groups, bytes, out var written))
        {
            return false;
        }

        var name = bytes[..written].IndexOf((byte)':');
        return name >= 0 && Utf8.IsValid(bytes[..name]) && !bytes[..name].ContainsAnyInRange((byte)0, (byte)31);
    }
}
