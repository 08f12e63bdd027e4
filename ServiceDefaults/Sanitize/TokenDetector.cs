using System.Buffers;

namespace OrionPlatform.ServiceDefaults;

/// <summary>Keys and tokens that say what they are by their first characters: JWTs, cloud, payment, chat and the platform's own keys.</summary>
internal static class TokenDetector
{
    private static readonly Kind[] s_kinds =
    [
        new("eyJ", 10, Parts: true), new("AKIA", 16), new("ASIA", 16), new("ghp_", 8), new("gho_", 8), new("ghu_", 8), new("ghs_", 8), new("ghr_", 8), new("github_pat_", 8),
        new("sk_live_", 4), new("sk_test_", 4), new("rk_live_", 4), new("rk_test_", 4), new("whsec_", 8), new("xoxb-", 8), new("xoxp-", 8), new("xoxa-", 8), new("xoxs-", 8),
        new("xoxe-", 8), new("xoxr-", 8), new("xapp-", 8), new("AIza", 30), new("ya29.", 16), new("GOCSPX-", 16), new("glpat-", 16), new("sk-ant-", 16), new("sk-proj-", 16),
        new("shpat_", 16), new("dop_v1_", 20), new("hvs.", 20), new("npm_", 30, Random: true), new("pypi-", 30, Random: true), new("hf_", 20, Random: true), new("SG.", 20, Random: true),

        // "ok_status_of_requests" is a name; a random key of this length has a digit or a capital in it.
        new("ok_", 12, Random: true),
    ];

    private static readonly SearchValues<string> s_prefixes = SearchValues.Create([.. s_kinds.Select(k => k.Prefix)], StringComparison.Ordinal);

    /// <summary>Characters of the shortest token.</summary>
    public static readonly int Shortest = s_kinds.Min(k => k.Prefix.Length + k.MinRest);

    /// <summary>More prefixes than this without a token behind them are no text that anyone wrote.</summary>
    private const int MaxMisses = 512;

    public static bool Suspicious(ReadOnlySpan<char> text) => text.ContainsAny(s_prefixes);

    public static string Redact(string text)
    {
        var span = text.AsSpan();
        var at = span.IndexOfAny(s_prefixes);
        if (at < 0)
        {
            return text;
        }

        var edit = new TextEdit(text);
        var (end, lastRandom) = (0, -1);
        var misses = 0;
        while (true)
        {
            if (at >= end)
            {
                // Each run of token characters is measured once, however many prefixes it holds: that keeps the whole linear.
                (end, lastRandom) = Measure(span, at);
            }

            if ((at == 0 || !char.IsAsciiLetterOrDigit(span[at - 1])) && IsSecret(span[at..end], lastRandom - at))
            {
                edit.Redact(at, end);
                at = end;
            }
            else
            {
                at++;
                if (++misses > MaxMisses)
                {
                    edit.Fill();
                }
            }

            var next = span[at..].IndexOfAny(s_prefixes);
            if (next < 0 || edit.IsFull)
            {
                return edit.Finish();
            }

            at += next;
        }
    }

    private static (int End, int LastRandom) Measure(ReadOnlySpan<char> text, int from)
    {
        var lastRandom = -1;
        var i = from;
        for (; i < text.Length && (char.IsAsciiLetterOrDigit(text[i]) || text[i] is '_' or '-' or '.' or '='); i++)
        {
            lastRandom = char.IsAsciiDigit(text[i]) || char.IsAsciiLetterUpper(text[i]) ? i : lastRandom;
        }

        return (i, lastRandom);
    }

    private static bool IsSecret(ReadOnlySpan<char> token, int lastRandom)
    {
        foreach (var kind in s_kinds)
        {
            if (token[0] == kind.Prefix[0] && token.StartsWith(kind.Prefix, StringComparison.Ordinal))
            {
                return token.Length - kind.Prefix.Length >= kind.MinRest && (!kind.Random || lastRandom >= kind.Prefix.Length) && (!kind.Parts || token.Contains('.'));
            }
        }

        return false;
    }

    /// <param name="Prefix">How it begins.</param>
    /// <param name="MinRest">Characters that follow at least.</param>
    /// <param name="Random">Known only by a digit or capital among them.</param>
    /// <param name="Parts">Known only by a dot among them, as a JWT is: else it is somebody's base64.</param>
    private sealed record Kind(string Prefix, int MinRest, bool Random = false, bool Parts = false);
}
