using System.Buffers;

namespace OrionPlatform.ServiceDefaults;

/// <summary>Sensitive names with their values inside a text: query strings, form bodies, JSON, connection strings, <c>key: value</c> prose.</summary>
internal static class AssignmentDetector
{
    public static readonly string[] Names =
    [
        "password", "passwd", "passphrase", "secret", "token", "apikey", "api_key", "api-key", "private_key", "privatekey", "pwd=", "pwd\"", "credential", "x-amz-signature",
    ];

    private static readonly SearchValues<string> s_names = SearchValues.Create(Names, StringComparison.OrdinalIgnoreCase);
    private static readonly SearchValues<char> s_valueEnd = SearchValues.Create(" \t\r\n\"'&,;}<>)");

    public static string Redact(string text)
    {
        var at = text.AsSpan().IndexOfAny(s_names);
        if (at < 0)
        {
            return text;
        }

        var edit = new TextEdit(text);
        while (at < text.Length)
        {
            var scan = Skip(text, at, static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.');
            var name = scan;
            scan = Skip(text, scan, static c => c is '"' or '\'' or '\\' or ']' or ' ');
            if (scan < text.Length && text[scan] is '=' or ':')
            {
                scan = Skip(text, scan + 1, static c => c is '=' or ' ' or '"' or '\'' or '\\');
                var quoted = scan > 0 && text[scan - 1] is '"' or '\'';
                var end = ValueEnd(text, scan, quoted ? text[scan - 1] : '\0');
                edit.Redact(scan, end);
                name = Math.Max(name, end);
            }

            at = Math.Max(name, at + 1);
            var next = at < text.Length ? text.AsSpan(at).IndexOfAny(s_names) : -1;
            if (next < 0)
            {
                break;
            }

            at += next;
        }

        return edit.Finish();
    }

    private static int ValueEnd(string text, int from, char quote)
    {
        if (from >= text.Length)
        {
            return text.Length;
        }

        var rest = text.AsSpan(from);
        var length = quote == '\0' ? rest.IndexOfAny(s_valueEnd) : rest.IndexOf(quote);
        return length < 0 ? text.Length : from + length;
    }

    private static int Skip(string text, int from, Func<char, bool> over)
    {
        while (from < text.Length && over(text[from]))
        {
            from++;
        }

        return from;
    }
}
