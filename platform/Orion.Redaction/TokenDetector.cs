using System.Buffers;
using System.Collections.Frozen;

namespace Orion.Redaction;

/// <summary>
/// Keys and tokens that say by their first characters what they are; which ones is data (<see cref="WellKnownTokens"/>), and can be added
/// to.
/// </summary>
internal sealed class TokenDetector
{
    /// <summary>More beginnings than this without a token behind them are no text that anyone wrote.</summary>
    private const int MaxMisses = 512;

    /// <summary>Characters of the shortest token.</summary>
    public const int Shortest = 12;

    private const int ShortestWithin = 32;
    private const int Pairs = 128 * 128;

    private static readonly SearchValues<char> s_token =
        SearchValues.Create(Letters.Alnum + "_-.=~+/$:");

    // Seldom, and with signs in them by which other words end.
    private static readonly SearchValues<string> s_addresses = SearchValues.Create([.. WellKnownTokens.Addresses.Select(a => a.Start)],
        StringComparison.OrdinalIgnoreCase);

    private readonly FrozenDictionary<char, TokenKind[]> _byFirst;

    // The first two characters of each beginning, seven bits each: nearly every place of a clean text is passed by with one look at it.
    private readonly bool[] _pairs = new bool[Pairs];

    // Kept, since making them anew would cost every value an allocation.
    private static readonly Look s_within = Within;
    private readonly Look _begins;

    /// <param name="extra">Further beginnings; whatever word of some length begins so is a secret.</param>
    public TokenDetector(IEnumerable<string> extra)
    {
        _byFirst = WellKnownTokens.Kinds.Concat(extra.Select(e => new TokenKind(e, Math.Max(8, Shortest - e.Length), TokenShape.Word)))
            .OrderByDescending(k => k.Prefix.Length).GroupBy(k => k.Prefix[0]).ToFrozenDictionary(g => g.Key, g => g.ToArray());
        _begins = Begins;
        foreach (var prefix in _byFirst.Values.SelectMany(k => k).Select(k => k.Prefix))
        {
            var row = _pairs.AsSpan(prefix[0] * 128, 128);
            if (prefix.Length > 1)
            {
                row[prefix[1]] = true;
            }
            else
            {
                row.Fill(true);
            }
        }
    }

    public bool Suspicious(ReadOnlySpan<char> text) => AnyBeginning(text)
        || (text.Length >= ShortestWithin && WellKnownTokens.MayBeWithin(text))
        || (text.Length >= WellKnownTokens.ShortestAddress && text.Contains('.') && text.ContainsAny(s_addresses));

    public string Redact(string text) => Addresses(Redact(Redact(text, _begins), s_within));

    /// <summary>Whether a token begins anywhere. One look at a table passes by nearly every place.</summary>
    private bool AnyBeginning(ReadOnlySpan<char> text)
    {
        var pairs = _pairs;
        var misses = 0;
        int first = text[0];
        for (var i = 1; i <= text.Length - Shortest + 1; i++)
        {
            int second = text[i];

            // Beyond ASCII a pair looks like another one, which costs a look at the prefixes.
            if (pairs[((first << 7) ^ second) & (Pairs - 1)] && Boundary.IsBefore(text, i - 1, underscore: true)
                && (Length(text[(i - 1)..]) > 0 || ++misses > MaxMisses))
            {
                return true;
            }

            first = second;
        }

        return WellKnownTokens.MayBeBot(text);
    }

    private static string Redact(string text, Look look)
    {
        var span = text.AsSpan();
        var edit = new TextEdit(text);
        var stop = 0;
        for (var at = 0; !edit.IsFull && Find(span, at, ref stop, look, out var start, out var end); at = end)
        {
            edit.Redact(start, end);
        }

        return edit.Finish();
    }

    /// <summary>The path of an address that whoever knows it may post to.</summary>
    private static string Addresses(string text)
    {
        var span = text.AsSpan();
        var at = span.IndexOfAny(s_addresses);
        if (at < 0)
        {
            return text;
        }

        var edit = new TextEdit(text);
        var misses = 0;
        for (; !edit.IsFull; at++)
        {
            var next = at < span.Length ? span[at..].IndexOfAny(s_addresses) : -1;
            if (next < 0)
            {
                break;
            }

            at += next;
            foreach (var (start, rest) in WellKnownTokens.Addresses)
            {
                if (span[at..].StartsWith(start, StringComparison.OrdinalIgnoreCase))
                {
                    var length = span[(at + start.Length)..].IndexOfAnyExcept(s_token);
                    var end = length < 0 ? span.Length : at + start.Length + length;
                    if (end - at - start.Length >= rest)
                    {
                        edit.Redact(at + start.Length, end);
                        at = end - 1;
                    }
                    else if (++misses > MaxMisses)
                    {
                        edit.Fill();
                    }
                }
            }
        }

        return edit.Finish();
    }

    /// <summary>Finds a token in a run of characters, from its beginning on; counts what it has looked at.</summary>
    private delegate bool Look(ReadOnlySpan<char> run, bool isWord, out int start, out int end);

    /// <summary>The next token from a place on. Looks only at runs of characters that are long enough for one.</summary>
    /// <param name="text">The text.</param>
    /// <param name="at">The place.</param>
    /// <param name="stop">End of the run that is being looked at: each is measured once, however many tokens it holds.</param>
    /// <param name="look">What knows a token.</param>
    /// <param name="start">First character of the token.</param>
    /// <param name="end">Behind its last.</param>
    private static bool Find(ReadOnlySpan<char> text, int at, ref int stop, Look look, out int start, out int end)
    {
        while (at < stop || Run(text, ref at, out stop))
        {
            if (look(text[at..stop], Boundary.IsBefore(text, at, underscore: true), out start, out end))
            {
                (start, end) = (start + at, end + at);
                return true;
            }

            at = stop;
        }

        (start, end) = (0, 0);
        return false;
    }

    /// <summary>Tokens known by how they begin, where a word does.</summary>
    private bool Begins(ReadOnlySpan<char> run, bool isWord, out int start, out int end)
    {
        var misses = 0;
        for (var i = 0; run.Length - i >= Shortest; i++)
        {
            // Characters of a run are ASCII.
            if ((!_pairs[(run[i] << 7) + run[i + 1]] && !char.IsAsciiDigit(run[i]))
                || !(i == 0 ? isWord : Boundary.IsBefore(run, i, underscore: true)))
            {
                continue;
            }

            var length = Length(run[i..]);
            if (length > 0 || ++misses > MaxMisses)
            {
                Scanned.Add(i);
                (start, end) = (i, length > 0 ? i + length : run.Length);
                return true;
            }
        }

        Scanned.Add(run.Length);
        (start, end) = (0, 0);
        return false;
    }

    /// <summary>Tokens known by something in their middle or at their end.</summary>
    private static bool Within(ReadOnlySpan<char> run, bool isWord, out int start, out int end)
    {
        (start, end) = (0, 0);
        return run.Length >= ShortestWithin && WellKnownTokens.IsKnownWithin(run, out start, out end);
    }

    /// <summary>Length of the token that begins here; 0 when none does.</summary>
    private int Length(ReadOnlySpan<char> text)
    {
        foreach (var kind in _byFirst.GetValueOrDefault(text[0], []))
        {
            if (text.StartsWith(kind.Prefix, StringComparison.Ordinal))
            {
                var length = kind.Length(text);
                if (length > 0)
                {
                    return length;
                }
            }
        }

        return char.IsAsciiDigit(text[0]) ? WellKnownTokens.Bot(text) : 0;
    }

    private static bool Run(ReadOnlySpan<char> text, ref int at, out int end)
    {
        // Looks at the last character that a token would need, and from there back: most of a text is never looked at.
        var from = at;
        for (var last = from + Shortest - 1; last < text.Length;)
        {
            var start = last;
            while (start >= from && s_token.Contains(text[start]))
            {
                start--;
            }

            if (start < from)
            {
                at = start >= 0 && text[start] == '\\' && text[start + 1] is 'n' or 'r' or 't' ? start + 2 : start + 1;
                var length = text[last..].IndexOfAnyExcept(s_token);
                end = length < 0 ? text.Length : last + length;
                Scanned.Add(end - at);
                return true;
            }

            (from, last) = (start + 1, start + Shortest);
        }

        end = text.Length;
        return false;
    }
}
