using System.Buffers;

namespace Orion.Redaction;

/// <summary>
/// How far the value reaches that stands at some place in a text: to the end of what its writer meant, not to the next comma.
/// </summary>
internal static class ValueSpan
{
    public static readonly SearchValues<char> Name =
        SearchValues.Create(Letters.Alnum + "_-.");

    private static readonly SearchValues<char> s_pairName =
        SearchValues.Create(Letters.Alnum + "_-.[]%$");

    private static readonly SearchValues<char> s_maybeEnd = SearchValues.Create(" \t,;&|<>)]}\"'`\r\n");
    private static readonly SearchValues<char> s_behind = SearchValues.Create(" \t\r\n,;)]}>\"'`<\\");
    private static readonly SearchValues<char> s_brackets = SearchValues.Create("{}[]()\"");
    private static readonly SearchValues<char> s_base64 =
        SearchValues.Create(Letters.Alnum + "+/=-_");

    private const int LongestName = 48;

    /// <summary>Lines of base64 are wrapped at 64 or 76 characters; shorter ones end for another reason.</summary>
    private const int ShortestWrapped = 60;

    /// <summary>What the words around a value let expect of it.</summary>
    public enum Extent
    {
        /// <summary>One word.</summary>
        Word,

        /// <summary>A part of a connection string: to the semicolon, blanks and commas included.</summary>
        Part,

        /// <summary>All of its line up to the next name with a sign: <c>password=a b user=c</c>.</summary>
        Pairs,

        /// <summary>All of its line.</summary>
        Line,
    }

    /// <summary>
    /// Behind a quote: to the one that closes. At depth 0 it has an even number of backslashes, in a string of JSON 1, 5, 9 ..., and so on.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="start">Behind the quote.</param>
    /// <param name="depth">Backslashes before the quote.</param>
    /// <param name="quote">The quote.</param>
    /// <param name="doubled">A doubled quote stands for one: not in JSON.</param>
    public static int Quoted(ReadOnlySpan<char> text, int start, int depth, char quote, bool doubled)
    {
        for (var at = start; at < text.Length; at++)
        {
            var next = text[at..].IndexOf(quote);
            if (next < 0)
            {
                break;
            }

            at += next;
            var count = Backslashes(text, at, start);
            if (count % (2 * (depth + 1)) != depth)
            {
                continue;
            }

            if (doubled && depth == 0 && text[(at + 1)..].StartsWith([quote]))
            {
                at++;
            }
            else if (quote == '\'' && text[(at + 1)..].StartsWith("\\''"))
            {
                // A shell's way of putting one into its single quotes.
                at += 3;
            }
            else
            {
                Scanned.Add(at - start);
                return at - depth;
            }
        }

        Scanned.Add(text.Length - start);
        return text.Length;
    }

    /// <summary>Backslashes before a place, not looking before <paramref name="from"/>.</summary>
    public static int Backslashes(ReadOnlySpan<char> text, int before, int from)
    {
        var count = 0;
        while (before - count > from && text[before - count - 1] == '\\')
        {
            count++;
        }

        return count;
    }

    /// <summary>From a bracket to behind the one that closes it; what stands in double quotes does not count.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">The bracket.</param>
    /// <param name="limit">Where the value ends at the latest.</param>
    /// <param name="doubled">Two closing braces stand for one: in connection strings.</param>
    public static int Bracketed(ReadOnlySpan<char> text, int start, int limit, bool doubled)
    {
        var open = 0;
        for (var at = start; at < limit;)
        {
            switch (text[at])
            {
                case '{' or '[' or '(':
                    open++;
                    break;
                case '"':
                    var depth = Backslashes(text, at, start);
                    at = Math.Min(limit - 1, Quoted(text, at + 1, depth, '"', doubled: false) + depth);
                    break;
                default:
                    open--;
                    break;
            }

            at++;
            if (open == 0)
            {
                if (doubled && at < limit && text[at] == '}')
                {
                    open = 1;
                    at++;
                }
                else
                {
                    Scanned.Add(at - start);
                    return at;
                }
            }

            var next = at < limit ? text[at..limit].IndexOfAny(s_brackets) : -1;
            at = next < 0 ? limit : at + next;
        }

        Scanned.Add(limit - start);
        return limit;
    }

    /// <summary>
    /// A value without quotes. It ends at a sign only where something begins behind that: <c>a&amp;b</c> may be a password,
    /// <c>a&amp;b=c</c> is two values.
    /// </summary>
    public static int Bare(ReadOnlySpan<char> text, int start, int limit, Extent extent)
    {
        var end = BareEnd(text, start, limit, extent);
        Scanned.Add(end - start);
        return end;
    }

    private static int BareEnd(ReadOnlySpan<char> text, int start, int limit, Extent extent)
    {
        var isMarked = text[start..limit].StartsWith(Sanitizer.Redacted);
        for (var at = isMarked ? start + Sanitizer.Redacted.Length : start; at < limit; at++)
        {
            var next = text[at..limit].IndexOfAny(s_maybeEnd);
            if (next < 0)
            {
                return limit;
            }

            at += next;
            if (text[at] is '\r' or '\n')
            {
                return Wrapped(text, start, at, limit);
            }

            if (extent != Extent.Line && Ends(text[..limit], at, extent))
            {
                return at;
            }
        }

        return limit;
    }

    private static bool Ends(ReadOnlySpan<char> text, int at, Extent extent) => text[at] switch
    {
        ' ' or '\t' => extent == Extent.Word || (extent == Extent.Pairs && IsPair(text, at + 1, "=")),
        ';' => extent == Extent.Part || IsGap(text, at + 1) || IsPair(text, at + 1, "=", blanks: true),
        ',' => (extent == Extent.Word && IsGap(text, at + 1)) || IsPair(text, at + 1, extent == Extent.Part ? "=" : "=:"),
        '&' or '|' => IsGap(text, at + 1) || IsPair(text, at + 1, "="),
        '<' => text[(at + 1)..].StartsWith("/"),
        _ => IsBehindAll(text, at + 1),
    };

    /// <summary>Nothing of a value goes on here: the text ends, or a blank, a further bracket or a sign comes.</summary>
    private static bool IsBehindAll(ReadOnlySpan<char> text, int at) =>
        at >= text.Length || s_behind.Contains(text[at]) || (text[at] is '.' or ':' && IsGap(text, at + 1))
            || (text[at] == '&' && IsPair(text, at + 1, "="));

    private static bool IsGap(ReadOnlySpan<char> text, int at) => at >= text.Length || text[at] is ' ' or '\t' or '\r' or '\n' or '"'
        or '\'';

    /// <summary>Whether a name with a sign and something behind it begins here.</summary>
    private static bool IsPair(ReadOnlySpan<char> text, int at, ReadOnlySpan<char> signs, bool blanks = false)
    {
        while (at < text.Length && text[at] is ' ' or '\t')
        {
            at++;
        }

        var rest = text[at..Math.Min(text.Length, at + LongestName)];
        rest = rest.StartsWith("amp;") ? rest[4..] : rest;
        var end = rest.IndexOfAnyExcept(s_pairName);

        // "User ID=" has a blank in it.
        while (blanks && end > 0 && end + 1 < rest.Length && rest[end] == ' ' && s_pairName.Contains(rest[end + 1]))
        {
            var more = rest[(end + 1)..].IndexOfAnyExcept(s_pairName);
            end = more < 0 ? -1 : end + 1 + more;
        }

        var sign = end > 0 && rest[end] == ' ' ? end + 1 : end;
        return sign > 0 && sign + 1 < rest.Length && signs.Contains(rest[sign]) && rest[sign + 1] switch
        {
            '=' or '\r' or '\n' => false,
            ' ' => rest[sign] == ':' || sign > end,
            _ => rest[sign] == '=',
        };
    }

    /// <summary>Base64 that goes on in the next lines, each of them as long as the first but for the last.</summary>
    public static int Wrapped(ReadOnlySpan<char> text, int start, int end, int limit)
    {
        var from = start;
        while (end < limit && end - from >= ShortestWrapped && text[from..end].IndexOfAnyExcept(s_base64) < 0)
        {
            var next = end;
            while (next < limit && text[next] is '\r' or '\n' or ' ' or '\t')
            {
                next++;
            }

            var length = text[next..limit].IndexOfAnyExcept(s_base64);
            var stop = length < 0 ? limit : next + length;
            if (!text[end..next].ContainsAny('\r', '\n') || stop - next > end - from
                || (stop < limit && text[stop] is not ('\r' or '\n' or '"' or '\'' or ' ' or '<')) || stop == next)
            {
                break;
            }

            (from, end) = (next, stop);
        }

        return end;
    }

    /// <summary>Whether a value is part of a connection string: a semicolon ends it, and another name or nothing follows.</summary>
    public static bool IsPartOf(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAny(";\r\n");
        if (end <= 0 || text[end] != ';' || !(IsPair(text, end + 1, "=", blanks: true) || text[(end + 1)..].IsWhiteSpace()))
        {
            return false;
        }

        for (var at = 0; at < end; at++)
        {
            var blank = text[at..end].IndexOf(' ');
            if (blank < 0)
            {
                break;
            }

            at += blank;
            if (IsPair(text[..end], at + 1, "="))
            {
                return false;
            }
        }

        return true;
    }

    public static int Skip(ReadOnlySpan<char> text, int from, SearchValues<char> over)
    {
        var length = text[from..].IndexOfAnyExcept(over);
        length = length < 0 ? text.Length - from : length;
        Scanned.Add(length);
        return from + length;
    }
}
