using System.Buffers;

namespace OrionPlatform.ServiceDefaults;

/// <summary>
/// Sensitive names with their values inside a text: query strings, form bodies, JSON (also inside a string), XML, connection strings, headers,
/// printed dictionaries and records, command lines, <c>key: value</c> prose.
/// </summary>
internal static class AssignmentDetector
{
    /// <summary>Sensitive wherever they occur in a name.</summary>
    private static readonly string[] s_anywhere =
    [
        "password", "passwd", "passphrase", "secret", "token", "apikey", "api_key", "api-key", "private_key", "privatekey", "credential", "x-amz-signature", "x-goog-signature",
        "accountkey", "accesskey", "access_key", "access-key", "sharedaccess", "signingkey", "signing_key", "authorization", "cookie",
    ];

    /// <summary>Sensitive only as a name's last word, and so common as parts of others that the sign belongs to what is looked for.</summary>
    private static readonly string[] s_lastWord = ["pwd", "cvv", "cvc", "otp", "ssn", "pin", "sig", "pass"];

    /// <summary>Schemes with one credential behind them; of any other the whole header is the credential.</summary>
    private static readonly string[] s_schemes = ["Bearer", "Basic", "Token", "ApiKey", "Negotiate", "NTLM"];

    /// <summary>More names than this without a value are no text that anyone wrote.</summary>
    private const int MaxMisses = 512;

    // Every name, with a sign where it needs one.
    private static readonly SearchValues<string> s_marks =
        SearchValues.Create([.. s_anywhere, .. s_lastWord.SelectMany(w => (string[])[w + "=", w + ":", w + "\"", w + ">"])], StringComparison.OrdinalIgnoreCase);

    private static readonly SearchValues<char> s_signs = SearchValues.Create("=:>,");
    private static readonly SearchValues<char> s_wordEnd = SearchValues.Create(" \t\r\n\"'&,;}<>)");
    private static readonly SearchValues<char> s_lineEnd = SearchValues.Create("\r\n\"'");
    private static readonly SearchValues<char> s_partEnd = SearchValues.Create("\r\n\"';");
    private static readonly SearchValues<char> s_nameRest = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.");
    private static readonly SearchValues<char> s_beforeSign = SearchValues.Create("\"'\\[] \t");
    private static readonly SearchValues<char> s_afterSign = SearchValues.Create("=:> \t\"'\\");
    private static readonly SearchValues<char> s_blank = SearchValues.Create(" \t\"'");
    private static readonly SearchValues<char> s_betweenPair = SearchValues.Create("\"'\\, \t");

    /// <summary>Whether there may be one: a name means nothing without a sign, or the hyphens of an option.</summary>
    public static bool Suspicious(ReadOnlySpan<char> text) => (text.ContainsAny(s_signs) || text.Contains("--", StringComparison.Ordinal)) && text.ContainsAny(s_marks);

    public static string Redact(string text)
    {
        var span = text.AsSpan();
        var at = span.IndexOfAny(s_marks);
        if (at < 0)
        {
            return text;
        }

        var edit = new TextEdit(text);
        var misses = 0;
        while (true)
        {
            var nameEnd = Skip(span, at, s_nameRest);
            var done = nameEnd;
            var empty = true;
            if (IsName(span, at) && Value(span, NameStart(span, at), nameEnd) is var value and >= 0)
            {
                (value, done) = Range(span, at, nameEnd, value);
                empty = done == value;
                if (!empty && !span[value..done].SequenceEqual(Sanitizer.Redacted))
                {
                    edit.Redact(value, done);
                }
            }

            if (empty && ++misses > MaxMisses)
            {
                edit.Fill();
            }

            at = Math.Max(done, at + 1);
            var next = at < span.Length ? span[at..].IndexOfAny(s_marks) : -1;
            if (next < 0 || edit.IsFull)
            {
                return edit.Finish();
            }

            at += next;
        }
    }

    /// <summary>A short name must not be the end of a longer word: <c>card_pin</c> is one, <c>spin</c> is not.</summary>
    private static bool IsName(ReadOnlySpan<char> text, int at)
    {
        foreach (var word in s_lastWord)
        {
            if (text[at..].StartsWith(word, StringComparison.OrdinalIgnoreCase))
            {
                // "password" begins as "pass" does.
                return at == 0 || !char.IsAsciiLetterOrDigit(text[at - 1]) || StartsWithAny(text[at..], s_anywhere);
            }
        }

        return true;
    }

    /// <summary>Where the name's value begins; -1 when it has none.</summary>
    private static int Value(ReadOnlySpan<char> text, int name, int nameEnd)
    {
        var sign = Skip(text, nameEnd, s_beforeSign);
        if (sign == text.Length)
        {
            return -1;
        }

        switch (text[sign])
        {
            case ':' when text[sign..].StartsWith(":line "):
                // A stack trace's TokenStore.cs:line 7.
                return -1;
            case '=' or ':':
            case '>' when sign == nameEnd && (text[sign - 1] == '-' || IsElement(text, name, sign + 1)):
                var value = Skip(text, sign + 1, s_afterSign);
                return text[value..].StartsWith("[\"") ? value + 2 : value;
            case ',' when IsEntry(text, name) && text[(sign + 1)..].StartsWith(" "):
                return Skip(text, sign + 1, s_blank);
        }

        // A pair told apart: {"name":"password","value":"..."}, <add key="password" value="..."/>.
        var second = Skip(text, sign, s_betweenPair);
        if (text[second..].StartsWith("value", StringComparison.OrdinalIgnoreCase))
        {
            second = Skip(text, second + 5, s_beforeSign);
            if (second < text.Length && text[second] is '=' or ':')
            {
                return Skip(text, second + 1, s_afterSign);
            }
        }

        return text[nameEnd] is ' ' or '\t' && text[name..].StartsWith("--") ? Skip(text, nameEnd, s_blank) : -1;
    }

    private static (int Start, int End) Range(ReadOnlySpan<char> text, int name, int nameEnd, int value)
    {
        // Quoted: to the quote that closes, which in JSON inside of JSON has backslashes before it.
        if (text[value - 1] is '"' or '\'' && value - 1 > nameEnd)
        {
            return (value, Quoted(text, value));
        }

        var start = NameStart(text, name);
        var entry = IsEntry(text, start);
        if (!entry && Credential(text, value) is (>= 0, _) credential)
        {
            return credential;
        }

        var rest = text[value..];
        var length = entry ? Entry(rest)
            : text[name..].StartsWith("authorization", StringComparison.OrdinalIgnoreCase) || text[name..].StartsWith("cookie", StringComparison.OrdinalIgnoreCase) || text[name..].StartsWith("passphrase", StringComparison.OrdinalIgnoreCase) ? rest.IndexOfAny(s_lineEnd)
            : text[..start].TrimEnd(' ').EndsWith(";") ? rest.IndexOfAny(s_partEnd)
            : rest.IndexOfAny(s_wordEnd);
        return (value, length < 0 ? text.Length : value + length);
    }

    /// <summary>At depth 0 a quote closes after an even number of backslashes, inside a string of JSON after 1, 5, 9 ..., and so on.</summary>
    private static int Quoted(ReadOnlySpan<char> text, int value)
    {
        var quote = text[value - 1];
        var depth = Backslashes(text, value - 1, 0);
        for (var at = value; at < text.Length; at++)
        {
            var next = text[at..].IndexOf(quote);
            if (next < 0)
            {
                break;
            }

            at += next;
            var count = Backslashes(text, at, value);
            if (count % (2 * (depth + 1)) == depth)
            {
                return at - depth;
            }
        }

        return text.Length;
    }

    private static int Backslashes(ReadOnlySpan<char> text, int before, int from)
    {
        var count = 0;
        while (before - count > from && text[before - count - 1] == '\\')
        {
            count++;
        }

        return count;
    }

    /// <summary>The credential behind a scheme, whatever name the header has; a start of -1 when the value names none.</summary>
    private static (int Start, int End) Credential(ReadOnlySpan<char> text, int value)
    {
        foreach (var scheme in s_schemes)
        {
            if (text[value..].StartsWith(scheme, StringComparison.OrdinalIgnoreCase) && value + scheme.Length < text.Length && text[value + scheme.Length] is ' ' or '\t' or '+')
            {
                var credential = Skip(text, value + scheme.Length + 1, s_afterSign);
                var length = text[credential..].IndexOfAny(s_wordEnd);
                return (credential, length < 0 ? text.Length : credential + length);
            }
        }

        return (-1, -1);
    }

    /// <summary>A dictionary's entry ends at its bracket, unless that is the mark's own.</summary>
    private static int Entry(ReadOnlySpan<char> value) => value.StartsWith(Sanitizer.Redacted) ? Sanitizer.Redacted.Length : value.IndexOf(']');

    /// <summary>An entry of a printed dictionary: <c>[password, ...]</c>.</summary>
    private static bool IsEntry(ReadOnlySpan<char> text, int name) => name > 0 && text[name - 1] == '[';

    /// <summary>An element with this name that has a text: <c>&lt;password&gt;...&lt;/</c>. A method of a stack trace, <c>&lt;GetToken&gt;d__3</c>, is none.</summary>
    private static bool IsElement(ReadOnlySpan<char> text, int name, int content)
    {
        var end = text[content..].IndexOf('<');
        return name > 0 && text[name - 1] == '<' && (end < 0 ? !text[Math.Min(text.Length, content + 1)..].StartsWith("__") : text[(content + end)..].StartsWith("</"));
    }

    /// <summary>Where the whole name begins of which a part was found.</summary>
    private static int NameStart(ReadOnlySpan<char> text, int at)
    {
        // Bounded: no name is longer, and looking back from each would cost the square of the text.
        const int Longest = 64;
        var from = Math.Max(0, at - Longest);
        return from + text[from..at].LastIndexOfAnyExcept(s_nameRest) + 1;
    }

    private static bool StartsWithAny(ReadOnlySpan<char> text, string[] names)
    {
        foreach (var name in names)
        {
            if (text.StartsWith(name, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static int Skip(ReadOnlySpan<char> text, int from, SearchValues<char> over)
    {
        var length = text[from..].IndexOfAnyExcept(over);
        return length < 0 ? text.Length : from + length;
    }
}
