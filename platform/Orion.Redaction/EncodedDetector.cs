using System.Buffers;
using System.Text;

namespace Orion.Redaction;

/// <summary>
/// Base64 (also wrapped) or hex of a text in which another rule finds something. What decodes to no printable text is an id, a hash or a
/// key, and none of this one's business.
/// </summary>
internal sealed class EncodedDetector(Detectors detectors)
{
    /// <summary>Characters of the shortest run that is decoded.</summary>
    public const int Shortest = 16;

    // Nobody wraps more often, but to hide it; each time the text gets shorter by a quarter at least.
    private const int MaxDepth = 4;

    // Enough to tell: of random bytes one in five thousand begins like this, and it must hold a secret besides.
    private const int Sample = 12;

    /// <summary>More runs than this that hold a rule's words and no secret are no text that anyone wrote.</summary>
    private const int MaxMisses = 128;

    private static readonly SearchValues<char> s_run = SearchValues.Create(Letters.Alnum);
    private static readonly SearchValues<char> s_rest = SearchValues.Create(Letters.Alnum + "+/-_=");

    /// <summary>Whether some run could be an encoded text.</summary>
    public static bool Suspicious(ReadOnlySpan<char> text)
    {
        for (var at = 0; Next(text, ref at, out var end); at = end)
        {
            if (IsText(text[at..end]))
            {
                return true;
            }
        }

        return false;
    }

    public string Redact(string text) => Redact(text, 0);

    private string Redact(string text, int depth)
    {
        var edit = new TextEdit(text);
        var span = text.AsSpan();
        var misses = 0;
        for (var at = 0; !edit.IsFull && Next(span, ref at, out var end); at = end)
        {
            if (!IsText(span[at..end]))
            {
                continue;
            }

            // The rest may have the characters that elsewhere part words, and the padding.
            var rest = span[end..].IndexOfAnyExcept(s_rest);
            end = rest < 0 ? span.Length : end + rest;
            end = ValueSpan.Wrapped(span, at, end, span.Length);
            if (depth == MaxDepth || IsSecret(Base64(span[at..end]), depth, ref misses) || IsSecret(Hex(span[at..end]), depth, ref misses))
            {
                edit.Redact(at, end);
            }
            else if (misses > MaxMisses)
            {
                edit.Fill();
            }
        }

        return edit.Finish();
    }

    private bool IsSecret(string? plain, int depth, ref int misses)
    {
        if (plain is null || !detectors.Suspicious(plain))
        {
            return false;
        }

        Scanned.Add(plain.Length);
        foreach (var detector in detectors.Plain)
        {
            if (!ReferenceEquals(detector(plain), plain))
            {
                return true;
            }
        }

        misses++;
        return !ReferenceEquals(Redact(plain, depth + 1), plain);
    }

    /// <summary>The next run of letters and digits of some length, from <paramref name="at"/> on.</summary>
    private static bool Next(ReadOnlySpan<char> text, ref int at, out int end)
    {
        // Looks at the last character that a run would need, and from there back: most of a text is never looked at.
        var from = at;
        for (var last = from + Shortest - 1; last < text.Length;)
        {
            var start = last;
            while (start >= from && char.IsAsciiLetterOrDigit(text[start]))
            {
                start--;
            }

            if (start < from)
            {
                at = start + 1;
                var length = text[last..].IndexOfAnyExcept(s_run);
                end = length < 0 ? text.Length : last + length;
                return true;
            }

            (from, last) = (start + 1, start + Shortest);
        }

        end = text.Length;
        return false;
    }

    private static bool IsText(ReadOnlySpan<char> run)
    {
        Span<byte> bytes = stackalloc byte[Sample];
        return (Convert.TryFromBase64Chars(run[..Sample], bytes, out var written) && IsPrintable(bytes[..written]))
            || (Convert.FromHexString(run[..Sample], bytes, out _, out written) == OperationStatus.Done && IsPrintable(bytes[..written]));
    }

    private static string? Base64(ReadOnlySpan<char> run)
    {
        // Whole groups only: what is left over, or padding, adds nothing by which a secret would be known.
        run = run.ContainsAny(" \t\r\n") ? string.Concat(run.ToString().Where(c => !char.IsWhiteSpace(c))) : run;
        var padding = run.IndexOf('=');
        var groups = run[..((padding < 0 ? run.Length : padding) / 4 * 4)];
        if (groups.ContainsAny('-', '_'))
        {
            groups = groups.ToString().Replace('-', '+').Replace('_', '/');
        }

        var bytes = new byte[groups.Length];
        return Convert.TryFromBase64Chars(groups, bytes, out var written) ? Text(bytes.AsSpan(0, written)) : null;
    }

    private static string? Hex(ReadOnlySpan<char> run)
    {
        var bytes = new byte[run.Length / 2];
        Convert.FromHexString(run[..(run.Length / 2 * 2)], bytes, out _, out var written);
        return written < Sample / 2 ? null : Text(bytes.AsSpan(0, written));
    }

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    private static bool IsPrintable(ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
        {
            if (b is not ((>= 32 and < 127) or (byte)'\r' or (byte)'\n' or (byte)'\t'))
            {
                return false;
            }
        }

        return true;
    }
}
