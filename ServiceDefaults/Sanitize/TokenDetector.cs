using System.Buffers;

namespace OrionPlatform.ServiceDefaults;

/// <summary>Keys and tokens that say what they are by their first characters: JWTs, cloud, payment, chat and the platform's own keys.</summary>
internal static class TokenDetector
{
    private static readonly (string Prefix, int MinRest)[] s_kinds =
    [
        ("eyJ", 10), ("AKIA", 16), ("ASIA", 16), ("ghp_", 8), ("gho_", 8), ("ghu_", 8), ("ghs_", 8), ("ghr_", 8), ("github_pat_", 8),
        ("sk_live_", 4), ("sk_test_", 4), ("rk_live_", 4), ("whsec_", 8), ("xoxb-", 8), ("xoxp-", 8), ("xoxa-", 8), ("xoxs-", 8), ("AIza", 30), ("ok_", 12),
    ];

    private static readonly SearchValues<string> s_prefixes = SearchValues.Create([.. s_kinds.Select(k => k.Prefix)], StringComparison.Ordinal);

    public static IEnumerable<string> Prefixes => s_kinds.Select(k => k.Prefix);

    public static string Redact(string text)
    {
        var at = text.AsSpan().IndexOfAny(s_prefixes);
        if (at < 0)
        {
            return text;
        }

        var edit = new TextEdit(text);
        while (at < text.Length)
        {
            var end = at;
            while (end < text.Length && IsTokenChar(text[end]))
            {
                end++;
            }

            end = Math.Max(end, at + 1);
            if ((at == 0 || !char.IsAsciiLetterOrDigit(text[at - 1])) && IsSecret(text.AsSpan(at, end - at)))
            {
                edit.Redact(at, end);
                at = end;
            }
            else
            {
                at++;
            }

            var next = text.AsSpan(at).IndexOfAny(s_prefixes);
            if (next < 0)
            {
                break;
            }

            at += next;
        }

        return edit.Finish();
    }

    private static bool IsSecret(ReadOnlySpan<char> token)
    {
        foreach (var (prefix, minRest) in s_kinds)
        {
            if (token.StartsWith(prefix, StringComparison.Ordinal))
            {
                var rest = token[prefix.Length..];
                // "ok_status_of_requests" is a name; a random key of this length has a digit or a capital in it.
                return rest.Length >= minRest && (prefix is not "ok_" || rest.IndexOfAnyInRange('0', '9') >= 0 || rest.IndexOfAnyInRange('A', 'Z') >= 0);
            }
        }

        return false;
    }

    private static bool IsTokenChar(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '=';
}
