using System.Buffers;
using System.Runtime.InteropServices;

namespace Orion.Redaction;

/// <summary>What stands between a name and its value.</summary>
internal enum NameSign
{
    /// <summary>Nothing: there is no value.</summary>
    None,

    /// <summary>An equals sign or an arrow.</summary>
    Equals,

    /// <summary>A colon.</summary>
    Colon,

    /// <summary>The end of an XML element's opening tag.</summary>
    Tag,

    /// <summary>The comma in a printed dictionary's entry: <c>[password, x]</c>.</summary>
    Entry,

    /// <summary>The blank behind a command's option.</summary>
    Option,
}

/// <summary>A secret name in a text that has a value.</summary>
/// <param name="Start">First character of the name.</param>
/// <param name="End">Behind its last.</param>
/// <param name="Behind">Behind its sign and the blanks after that.</param>
/// <param name="Sign">The sign.</param>
/// <param name="Kind">What the name says.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct NamedValue(int Start, int End, int Behind, NameSign Sign, NameKind Kind);

/// <summary>Finds secret names in a text, in all the ways in which a name is put before a value.</summary>
internal sealed class NameFinder(SensitiveNames names)
{
    private const int LongestName = 64;
    private const int LongestTag = 256;

    private static readonly string[] s_secondWords =
    [
        "key", "keys", "code", "id", "string", "number", "token", "access key", "access key id", "phrase", "header", "value",
        "security number", "access signature", "name", "word", "secret", "hash",
    ];

    private static readonly SearchValues<char> s_signs = SearchValues.Create("=:>,");
    private static readonly SearchValues<char> s_beforeSign = SearchValues.Create("\"'`\\[] \t");
    private static readonly SearchValues<char> s_quoteEnd = SearchValues.Create("\"'`\\");
    private static readonly SearchValues<char> s_afterEquals = SearchValues.Create("=> \t");
    private static readonly SearchValues<char> s_afterColon = SearchValues.Create("= \t");
    private static readonly SearchValues<char> s_blank = SearchValues.Create(" \t");
    private static readonly SearchValues<char> s_betweenPair = SearchValues.Create("\"'\\,>< \t\r\n");
    private static readonly SearchValues<char> s_noNamespace = SearchValues.Create(" <>\"'=");
    private static readonly SearchValues<char> s_letters = SearchValues.Create(Letters.Ascii);

    private readonly SearchValues<string> _marks = SearchValues.Create([.. names.Marks], StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether there is one: a name means nothing without a sign, or the hyphen of an option.</summary>
    public bool Any(ReadOnlySpan<char> text)
    {
        var at = 0;
        return (text.ContainsAny(s_signs) || text.Contains(" -", StringComparison.Ordinal) || text.StartsWith("-"))
            && Next(text, ref at, out _);
    }

    /// <summary>The next secret name that has a sign behind it.</summary>
    public bool Next(ReadOnlySpan<char> text, ref int at, out NamedValue found)
    {
        var hasTags = text.Contains('<');
        while (at < text.Length)
        {
            var next = text[at..].IndexOfAny(_marks);
            if (next < 0)
            {
                break;
            }

            Scanned.Add(next);
            var mark = at + next;
            var start = NameStart(text, mark, at);
            var end = NameEnd(text, mark);
            at = end;
            var sign = SignOf(text, start, end, hasTags, out var behind);
            if (sign != NameSign.None
                && names.Of(text[(text[start] == '-' ? start : WithWordsBefore(text, start))..end]) is var kind and not NameKind.Plain)
            {
                found = new NamedValue(start, end, behind, sign, kind);
                return true;
            }
        }

        found = default;
        return false;
    }

    private static int NameStart(ReadOnlySpan<char> text, int at, int done)
    {
        // Bounded: no name is longer, and looking back from each would cost the square of the text.
        var from = Math.Max(done, at - LongestName);
        var start = from + text[from..at].LastIndexOfAnyExcept(ValueSpan.Name) + 1;

        // The letter of an escape belongs to no name: "\npassword".
        return start > 0 && start < at && text[start - 1] == '\\' && text[start] is 'n' or 'r' or 't' ? start + 1 : start;
    }

    private static int NameEnd(ReadOnlySpan<char> text, int at)
    {
        var end = ValueSpan.Skip(text, at, ValueSpan.Name);

        // A name in two words: "Account Key=", "API key: x".
        var last = end;
        for (var words = 0; words < 2 && last + 1 < text.Length && text[last] == ' ' && char.IsAsciiLetter(text[last + 1]); words++)
        {
            last = ValueSpan.Skip(text, last + 1, s_letters);
            if (last < text.Length && text[last] is '=' or ':' && IsSecondWord(text[(end + 1)..last]))
            {
                return last;
            }
        }

        return end;
    }

    private static bool IsSecondWord(ReadOnlySpan<char> words)
    {
        foreach (var second in s_secondWords)
        {
            if (words.Equals(second, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Words before a name may say more of it: an "api key", a "page token".</summary>
    public static int WithWordsBefore(ReadOnlySpan<char> text, int start)
    {
        for (var words = 0; words < 2 && start > 1 && text[start - 1] == ' ' && char.IsAsciiLetter(text[start - 2]); words++)
        {
            var from = Math.Max(0, start - 1 - LongestName);
            start = from + text[from..(start - 1)].LastIndexOfAnyExcept(s_letters) + 1;
        }

        return start;
    }

    /// <summary>What follows a name, and where it ends.</summary>
    private static NameSign SignOf(ReadOnlySpan<char> text, int start, int end, bool hasTags, out int behind)
    {
        behind = end;
        var sign = ValueSpan.Skip(text, end, s_beforeSign);
        if (sign < text.Length)
        {
            var rest = text[sign..];
            switch (rest[0])
            {
                case ':' when rest.StartsWith(":line ") || rest.StartsWith("://") || rest.StartsWith("::"):
                    return NameSign.None;
                case '=' or ':':
                    behind = ValueSpan.Skip(text, sign + 1, rest[0] == '=' ? s_afterEquals : s_afterColon);
                    return rest[0] == '=' ? NameSign.Equals : NameSign.Colon;
                case '>' when sign == end && text[sign - 1] == '-':
                    behind = ValueSpan.Skip(text, sign + 1, s_blank);
                    return NameSign.Equals;
                case ',' when start > 0 && text[start - 1] == '[' && rest.StartsWith(", "):
                    behind = ValueSpan.Skip(text, sign + 1, s_blank);
                    return NameSign.Entry;
            }

            if (hasTags && Tag(text, start, end) is var content and > 0)
            {
                behind = content;
                return NameSign.Tag;
            }

            // A pair told apart: {"name":"password","value":"..."}, <add key="password" value="..."/>.
            var second = ValueSpan.Skip(text, sign, s_betweenPair);
            if (second > end && text[second..].StartsWith("val", StringComparison.OrdinalIgnoreCase))
            {
                second = ValueSpan.Skip(text, ValueSpan.Skip(text, second, s_letters), s_beforeSign);
                if (second < text.Length && text[second] is '=' or ':' or '>')
                {
                    behind = ValueSpan.Skip(text, second + 1, s_afterEquals);
                    return text[second] == '=' ? NameSign.Equals : text[second] == ':' ? NameSign.Colon : NameSign.Tag;
                }
            }

            if (start > 0 && text[start - 1] == '"' && Before(text, start) is var earlier and > 0)
            {
                behind = earlier;
                return NameSign.Equals;
            }
        }

        return IsOption(text, start, end, out behind) ? NameSign.Option : NameSign.None;
    }

    /// <summary>
    /// The value of a pair that is told before its name, in the same tag: <c>&lt;add value="..." key="password"/&gt;</c>.
    /// </summary>
    private static int Before(ReadOnlySpan<char> text, int name)
    {
        var from = Math.Max(0, name - LongestTag);
        var tag = text[from..name];
        var open = tag.LastIndexOf('<');
        var value = open < 0 ? -1 : tag[open..].IndexOf(" value=\"", StringComparison.OrdinalIgnoreCase);
        return value < 0 || !tag.EndsWith("key=\"", StringComparison.OrdinalIgnoreCase)
            && !tag.EndsWith("name=\"", StringComparison.OrdinalIgnoreCase)
            ? -1 : from + open + value + " value=".Length;
    }

    /// <summary>
    /// An option with its value behind a blank, or as the next of a printed list: <c>--password x</c>, <c>"--password", "x"</c>.
    /// </summary>
    private static bool IsOption(ReadOnlySpan<char> text, int start, int end, out int behind)
    {
        behind = end;
        if (start >= text.Length || text[start] != '-' || (start > 0 && text[start - 1] is not (' ' or '\t' or '"' or '\'' or '[' or ','
            or '\n' or '\r' or '(' or '`' or '$')))
        {
            return false;
        }

        var quote = ValueSpan.Skip(text, end, s_quoteEnd);
        var list = quote < text.Length && text[quote] == ',';
        behind = ValueSpan.Skip(text, list ? quote + 1 : quote, s_blank);
        return behind > quote && behind < text.Length && (text[behind] != '-' || text[(behind - 1)..] is not [_, '-', '-', ..]);
    }

    /// <summary>
    /// Behind the opening tag of an element with this name that has a text; -1 when it is none, such as the type of a list or a method of a
    /// stack trace.
    /// </summary>
    private static int Tag(ReadOnlySpan<char> text, int start, int end)
    {
        var before = text[Math.Max(0, start - LongestName)..start];
        var open = before.LastIndexOf('<');
        if (open < 0 || (open > 0 && char.IsAsciiLetterOrDigit(before[open - 1]))
            || (open + 1 < before.Length && (before[^1] != ':' || before[(open + 1)..].ContainsAny(s_noNamespace))))
        {
            return -1;
        }

        var tag = text[end..Math.Min(text.Length, end + LongestTag)];
        var close = tag.IndexOf('>');
        if (close < 0 || (close > 0 && (tag[0] is not (' ' or '\t' or '\r' or '\n') || tag[close - 1] == '/')))
        {
            return -1;
        }

        var content = end + close + 1;
        var next = text[content..].IndexOf('<');
        Scanned.Add(next < 0 ? text.Length - content : next);
        return next < 0 ? (content + 1 < text.Length && text[(content + 1)..].StartsWith("__") ? -1 : content)
            : text[(content + next)..].StartsWith("</") || text[content..(content + next)].IsWhiteSpace() ? content : -1;
    }
}
