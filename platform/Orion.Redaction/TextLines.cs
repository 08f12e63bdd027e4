using System.Buffers;

namespace Orion.Redaction;

/// <summary>Values in the lines below their name: YAML's blocks, lists and maps, and what somebody wrote on a line of its own.</summary>
internal static class TextLines
{
    private static readonly SearchValues<char> s_indicator = SearchValues.Create("+-0123456789 \t");
    private static readonly SearchValues<char> s_ends = SearchValues.Create("\r\n");

    /// <summary>Where the line ends that this place is in.</summary>
    public static int End(ReadOnlySpan<char> text, int at)
    {
        var length = text[at..].IndexOfAny(s_ends);
        length = length < 0 ? text.Length - at : length;
        Scanned.Add(length);
        return at + length;
    }

    /// <summary>Where the line begins that this place is in, looking back only so far; -1 when that is farther.</summary>
    public static int Start(ReadOnlySpan<char> text, int at)
    {
        // Bounded: names of values are not indented deeper, and looking back from each would cost the square of the text.
        const int Deepest = 160;
        var from = Math.Max(0, at - Deepest);
        var start = text[from..at].LastIndexOfAny(s_ends);
        return start >= 0 ? from + start + 1 : from == 0 ? 0 : -1;
    }

    /// <summary>Whether nothing but blanks, a list's hyphen, a comment's sign or a quote stands in its line before a name.</summary>
    public static bool IsFirst(ReadOnlySpan<char> text, int lineStart, int name) =>
        lineStart >= 0 && text[lineStart..name].TrimStart(" \t-#>*/<\"'") is "" or "export " or "set " or "ENV ";

    /// <summary>A scalar's block indicator, and nothing else in the line: <c>|</c>, <c>&gt;-</c>, <c>|2+</c>.</summary>
    public static bool IsBlock(ReadOnlySpan<char> text, int at)
    {
        if (text[at] is not ('|' or '>'))
        {
            return false;
        }

        var end = ValueSpan.Skip(text, at + 1, s_indicator);
        return end < text.Length && (text[end] is '\r' or '\n' || (text[end] == '#' && End(text, end) < text.Length));
    }

    /// <summary>
    /// The value in the lines after one that ends behind a name's sign: the lines that are indented deeper, or a list's items, or else the
    /// one line that no other name begins. Both ends are the same when there is none.
    /// </summary>
    public static (int Start, int End) Below(ReadOnlySpan<char> text, int lineStart, int lineEnd, bool block)
    {
        var indent = Indent(text, Math.Max(0, lineStart));
        var at = Next(text, lineEnd);
        if (at < text.Length && text[at] is '\r' or '\n')
        {
            at = Next(text, at);
        }

        if (at >= text.Length)
        {
            return (lineEnd, lineEnd);
        }

        var start = at + Indent(text, at);
        var isList = text[start..].StartsWith("- ") && start - at == indent;
        if (start - at <= indent && !isList)
        {
            var end = End(text, start);
            return block || end == start || IsName(text[start..end]) ? (lineEnd, lineEnd)
                : (start, ValueSpan.Wrapped(text, start, end, text.Length));
        }

        var last = at;
        while (at < text.Length)
        {
            var first = at + Indent(text, at);
            var isBlank = first < text.Length && text[first] is '\r' or '\n';
            if (!isBlank && first - at <= indent && !(isList && first - at == indent && text[first..].StartsWith("- ")))
            {
                break;
            }

            last = isBlank ? last : End(text, first);
            at = Next(text, End(text, first));
        }

        return (start, last);
    }

    /// <summary>Where a value ends that goes on in the next lines: those that are indented deeper than its name.</summary>
    public static int Continued(ReadOnlySpan<char> text, int lineStart, int lineEnd)
    {
        var indent = Indent(text, Math.Max(0, lineStart));
        while (lineEnd < text.Length)
        {
            var at = Next(text, lineEnd);
            var first = at + Indent(text, at);
            if (first - at <= indent || first == text.Length || text[first] is '\r' or '\n')
            {
                break;
            }

            lineEnd = End(text, first);
        }

        return lineEnd;
    }

    private static int Next(ReadOnlySpan<char> text, int lineEnd) =>
        lineEnd + (text[lineEnd..].StartsWith("\r\n") ? 2 : lineEnd < text.Length ? 1 : 0);

    private static int Indent(ReadOnlySpan<char> text, int at)
    {
        var length = text[at..].IndexOfAnyExcept(' ', '\t');
        return length < 0 ? text.Length - at : length;
    }

    /// <summary>Another field, and no value: <c>Host: x</c>, <c>"a": 1</c>, <c>b:</c>.</summary>
    private static bool IsName(ReadOnlySpan<char> line)
    {
        var name = line.TrimStart("\"'");
        var length = name.IndexOfAnyExcept(ValueSpan.Name);
        var rest = length <= 0 ? default : name[length..].TrimStart("\"'");
        return !rest.IsEmpty && ((rest[0] == ':' && (rest.Length == 1 || rest[1] is ' ' or '\t')) || (rest[0] == '=' && rest.Length > 1
            && rest[1] != '='));
    }
}
