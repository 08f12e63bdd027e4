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
    private static readonly SearchValues<char> s_nameRest = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.");
    private static readonly SearchValues<char> s_beforeSign = SearchValues.Create("\"'\\] ");
    private static readonly SearchValues<char> s_afterSign = SearchValues.Create("= \"'\\");

    public static string Redact(string text)
    {
        var span = text.AsSpan();
        var at = span.IndexOfAny(s_names);
        if (at < 0)
        {
            return text;
        }

        var edit = new TextEdit(text);
        while (true)
        {
            var done = Skip(span, at, s_nameRest);
            var sign = Skip(span, done, s_beforeSign);
            if (sign < span.Length && span[sign] is '=' or ':')
            {
                var value = Skip(span, sign + 1, s_afterSign);
                done = ValueEnd(span, value);
                if (!span[value..done].SequenceEqual(Sanitizer.Redacted))
                {
                    edit.Redact(value, done);
                }
            }

            at = Math.Max(done, at + 1);
            var next = at < span.Length ? span[at..].IndexOfAny(s_names) : -1;
            if (next < 0 || edit.IsFull)
            {
                return edit.Finish();
            }

            at += next;
        }
    }

    /// <summary>A quoted value ends at its quote, any other at the first character that ends a word.</summary>
    private static int ValueEnd(ReadOnlySpan<char> text, int from)
    {
        var rest = text[from..];
        var length = from > 0 && text[from - 1] is '"' or '\'' ? rest.IndexOf(text[from - 1]) : rest.IndexOfAny(s_valueEnd);
        return length < 0 ? text.Length : from + length;
    }

    private static int Skip(ReadOnlySpan<char> text, int from, SearchValues<char> over)
    {
        var length = text[from..].IndexOfAnyExcept(over);
        return length < 0 ? text.Length : from + length;
    }
}
