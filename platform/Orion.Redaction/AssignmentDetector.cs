using System.Buffers;
using System.Text;

namespace Orion.Redaction;

/// <summary>
/// Secret names with their values inside a text: query strings, form bodies, JSON and YAML (whole or in pieces), XML, connection strings,
/// headers, printed dictionaries and records, options of command lines, <c>key: value</c> prose.
/// </summary>
internal sealed class AssignmentDetector(SensitiveNames names)
{
    /// <summary>Schemes with one credential behind them; of any other the whole header is the credential.</summary>
    private static readonly string[] s_schemes = ["Bearer", "Basic", "Token", "ApiKey", "Negotiate", "NTLM"];

    /// <summary>More names than this without a value are no text that anyone wrote.</summary>
    private const int MaxMisses = 512;

    private const int MaxClosingTags = 256;
    private const int LongestName = 64;
    private const int LongestPart = 256;

    private static readonly SearchValues<char> s_quoteEnd = SearchValues.Create("\"'`\\");
    private static readonly SearchValues<char> s_backslash = SearchValues.Create("\\");
    private static readonly SearchValues<char> s_afterScheme = SearchValues.Create("=:> \t");

    // What may stand unescaped within something that is escaped as a whole (RFC 3986, section 2.3, and what browsers leave besides).
    private static readonly SearchValues<char> s_escaped = SearchValues.Create(Letters.Alnum + "-_.~%+!*()");
    private static readonly SearchValues<string> s_escapedSigns = SearchValues.Create(["%3D", "%3A"], StringComparison.OrdinalIgnoreCase);
    private static readonly SearchValues<char> s_opening = SearchValues.Create("\"'`{[(\\");

    private readonly NameFinder _names = new(names);

    public bool Suspicious(ReadOnlySpan<char> text) => _names.Any(text);

    public string Redact(string text)
    {
        var span = text.AsSpan();
        var at = 0;
        if (!_names.Next(span, ref at, out var found))
        {
            return text;
        }

        var edit = new TextEdit(text);
        var open = new OpenQuote();
        var closing = -1;
        var misses = 0;
        do
        {
            open.MoveTo(span, found.Start);
            closing = open.Depth < 0 || closing >= found.Behind ? closing
                : ValueSpan.Quoted(span, found.Behind, open.Depth, '"', doubled: false);
            var (start, end, quote) = Value(span, found, open.Depth, closing);

            // A value of which nothing is left before the end that something around it sets: the end may lie before its start.
            var value = span[start..Math.Max(start, end)];
            if (value.IsEmpty)
            {
                if (++misses > MaxMisses)
                {
                    edit.Fill();
                }
            }
            else if (!value.SequenceEqual(Sanitizer.Redacted)
                && !Harmless.Is(found.Kind, Escapes.BeforeHeld(value.Trim()), IsPass(span, found)))
            {
                edit.Redact(start, end, quote);
            }

            at = Math.Max(end, found.End);
        }
        while (!edit.IsFull && _names.Next(span, ref at, out found));
        return edit.Finish();
    }

    /// <summary>
    /// A name and its value that were escaped together (<c>?q=password%3Da%2Cb%3Dc</c>): whatever follows up to the end of what was
    /// escaped may belong to the value, since signs in it were escaped like those of the value. Looks for bare values only: quotes and
    /// brackets tell where they end. What holds one is kept plain.
    /// </summary>
    public string RedactEscaped(string text)
    {
        StringBuilder? clean = null;
        var done = 0;
        for (var at = text.IndexOf("%3", StringComparison.Ordinal); at >= 0 && at < text.Length;)
        {
            var start = Math.Max(done, text.AsSpan(0, at).LastIndexOfAnyExcept(s_escaped) + 1);
            var end = ValueSpan.Skip(text, at, s_escaped);
            if (text.AsSpan(at, end - at).IndexOfAny(s_escapedSigns) >= 0
                && Uri.UnescapeDataString(text.AsSpan(start, end - start)) is var plain && BareValue(plain) is var value and > 0)
            {
                (clean ??= new StringBuilder()).Append(text, done, start - done).Append(plain, 0, value).Append(Sanitizer.Redacted);
                done = end;
            }

            at = text.IndexOf("%3", end, StringComparison.Ordinal);
        }

        return clean is null ? text : clean.Append(text, done, text.Length - done).ToString();
    }

    /// <summary>Where the first secret value begins that stands without quotes or brackets; 0 when there is none.</summary>
    private int BareValue(ReadOnlySpan<char> text)
    {
        for (var at = 0; _names.Next(text, ref at, out var found); at = found.Behind)
        {
            if (found.Sign is NameSign.Equals or NameSign.Colon && found.Behind < text.Length && !s_opening.Contains(text[found.Behind])
                && ValueSpan.Bare(text, found.Behind, text.Length, ValueSpan.Extent.Word) is var end
                && !Harmless.Is(found.Kind, text[found.Behind..end], IsPass(text, found)))
            {
                return found.Behind;
            }
        }

        return 0;
    }

    private static bool IsPass(ReadOnlySpan<char> text, in NamedValue found) =>
        text[found.Start..found.End].EndsWith("pass", StringComparison.OrdinalIgnoreCase);

    /// <summary>Where the value lies, and the quotes that its mark needs for what is around to stay JSON.</summary>
    private static (int Start, int End, string Quote) Value(ReadOnlySpan<char> text, in NamedValue found, int open, int closing)
    {
        var start = found.Behind;
        var afterName = text[found.End..Math.Min(text.Length, ValueSpan.Skip(text, found.End, s_quoteEnd))];
        var (limit, enclosed) = Limit(text, found, afterName, open, closing);
        if (found.Sign == NameSign.Tag)
        {
            return (start, Element(text, text[found.Start..found.End], start), "");
        }

        var lineStart = TextLines.Start(text, found.Start);
        if (start >= limit || text[start] is '\r' or '\n' || TextLines.IsBlock(text, start))
        {
            var below = found.Sign == NameSign.Colon || found.Sign == NameSign.Equals;
            var (first, last) = below && start < text.Length && !enclosed
                ? TextLines.Below(text, lineStart, TextLines.End(text, start), text[start] is not ('\r' or '\n')) : (start, start);
            return (first, last, "");
        }

        // Quotes, with the backslashes they have inside of JSON.
        var quote = ValueSpan.Skip(text, start, s_backslash);
        if (quote < text.Length && text[quote] is '"' or '\'' or '`')
        {
            return Quoted(text, start, quote, afterName.IsEmpty, limit);
        }

        var jsonQuote = found.Sign == NameSign.Colon && !afterName.IsEmpty && afterName[^1] is '"' or '\'' ? afterName.ToString() : "";
        if (found.Sign == NameSign.Entry)
        {
            return (start, Entry(text, start), "");
        }

        if (text[start] is '{' or '[' or '(' && !text[start..].StartsWith(Sanitizer.Redacted))
        {
            var end = ValueSpan.Bracketed(text, start, limit, doubled: found.Sign == NameSign.Equals);
            return (start, end < limit && char.IsAsciiLetterOrDigit(text[end]) ? ValueSpan.Bare(text, end, limit, ValueSpan.Extent.Word)
                : end, jsonQuote);
        }

        var isFirst = TextLines.IsFirst(text, lineStart, found.Start);
        if (Credential(text, start, limit) is ( >= 0, _) credential)
        {
            return (credential.Start, credential.End, "");
        }

        var extent = found.Sign == NameSign.Option || found.Start > 0 && text[found.Start - 1] is '?' or '&' ? ValueSpan.Extent.Word
            : IsHeader(text[found.Start..found.End]) ? ValueSpan.Extent.Line
            : IsPart(text, found, start, limit, lineStart) ? ValueSpan.Extent.Part
            : !isFirst || !afterName.IsEmpty ? ValueSpan.Extent.Word
            : found.Sign == NameSign.Colon ? ValueSpan.Extent.Line : ValueSpan.Extent.Pairs;
        var bare = ValueSpan.Bare(text, start, limit, extent);
        var goesOn = isFirst && !enclosed && extent == ValueSpan.Extent.Line && bare < text.Length && text[bare] is '\r' or '\n';
        return (start, goesOn ? TextLines.Continued(text, lineStart, bare) : bare, jsonQuote);
    }

    /// <summary>Where any value of this name ends at the latest: at the quote that the name stands behind.</summary>
    private static (int Limit, bool Enclosed) Limit(ReadOnlySpan<char> text, in NamedValue found, ReadOnlySpan<char> afterName, int open,
        int closing)
    {
        if (found.Start > 0 && text[found.Start - 1] is '\'' or '`' && !afterName.Contains(text[found.Start - 1]))
        {
            var end = text[found.Behind..].IndexOf(text[found.Start - 1]);
            return (end < 0 ? text.Length : found.Behind + end, true);
        }

        if (open < 0 || (afterName.Contains('"') && afterName.IndexOf('"') == open))
        {
            return (text.Length, false);
        }

        return (closing, true);
    }

    private static (int Start, int End, string Quote) Quoted(ReadOnlySpan<char> text, int start, int at, bool bareName, int limit)
    {
        var (depth, quote) = (at - start, text[at]);
        var first = at + 1;
        if (first < text.Length && text[first] == quote && depth == 0)
        {
            // Three of them, or two as in CSV; or the value is empty.
            var count = text[first..].StartsWith([quote, quote]) ? 3 : 2;
            var content = at + count;
            if (count == 2 && (content == text.Length || !char.IsAsciiLetterOrDigit(text[content])))
            {
                return (first, first, "");
            }

            var mark = text.Slice(at, count);
            var close = text[content..].IndexOf(mark);
            return (content, close < 0 ? text.Length : content + close, "");
        }

        var end = ValueSpan.Quoted(text, first, depth, quote, doubled: bareName);
        var behind = end + depth + 1;

        // A shell joins what follows at once.
        return bareName && behind < limit && char.IsAsciiLetterOrDigit(text[behind])
            ? (first, ValueSpan.Bare(text, behind, limit, ValueSpan.Extent.Word), "") : (first, end, "");
    }

    /// <summary>To the closing tag of that name, or of any when there is none.</summary>
    private static int Element(ReadOnlySpan<char> text, ReadOnlySpan<char> name, int start)
    {
        var first = -1;
        var at = start;
        for (var tags = 0; tags < MaxClosingTags; tags++)
        {
            var next = text[at..].IndexOf("</");
            if (next < 0)
            {
                return first < 0 ? text.Length : first;
            }

            Scanned.Add(next);
            at += next;
            first = first < 0 ? at : first;
            var tag = text[(at + 2)..Math.Min(text.Length, at + 2 + LongestName + name.Length)];
            tag = tag[(tag[..Math.Max(0, tag.IndexOf('>'))].IndexOf(':') + 1)..];
            if (tag.StartsWith(name) && tag.Length > name.Length && tag[name.Length] is '>' or ' ')
            {
                return at;
            }

            at += 2;
        }

        return at;
    }

    /// <summary>The credential behind a scheme, whatever name the header has; a start of -1 when the value names none.</summary>
    private static (int Start, int End) Credential(ReadOnlySpan<char> text, int value, int limit)
    {
        foreach (var scheme in s_schemes)
        {
            if (text[value..].StartsWith(scheme, StringComparison.OrdinalIgnoreCase) && value + scheme.Length < limit
                && text[value + scheme.Length] is ' ' or '\t' or '+' or '\u00a0')
            {
                var start = Math.Min(limit, ValueSpan.Skip(text, value + scheme.Length + 1, s_afterScheme));
                return (start, ValueSpan.Bare(text, start, limit, ValueSpan.Extent.Word));
            }
        }

        return (-1, -1);
    }

    private static bool IsHeader(ReadOnlySpan<char> name) => name.EndsWith("authorization", StringComparison.OrdinalIgnoreCase)
        || name.EndsWith("cookie", StringComparison.OrdinalIgnoreCase) || name.EndsWith("phrase", StringComparison.OrdinalIgnoreCase);

    /// <summary>A part of a connection string: a semicolon stands before the name, or ends the value and a further name follows.</summary>
    private static bool IsPart(ReadOnlySpan<char> text, in NamedValue found, int value, int limit, int lineStart)
    {
        if (found.Sign != NameSign.Equals)
        {
            return false;
        }

        var before = text[Math.Max(0, NameFinder.WithWordsBefore(text, found.Start) - 8)..found.Start].TrimEnd(" " + Letters.Ascii);
        return before.EndsWith(";") || (lineStart >= 0 && ValueSpan.IsPartOf(text[value..Math.Min(limit, value + LongestPart)]));
    }

    /// <summary>A dictionary's entry ends at its bracket, unless that is the mark's own.</summary>
    private static int Entry(ReadOnlySpan<char> text, int start)
    {
        var end = text[start..].StartsWith(Sanitizer.Redacted) ? Sanitizer.Redacted.Length : text[start..].IndexOf(']');
        return end < 0 ? text.Length : start + end;
    }
}
