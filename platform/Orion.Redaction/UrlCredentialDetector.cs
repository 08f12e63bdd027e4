using System.Buffers;

namespace Orion.Redaction;

/// <summary>
/// The user-info part of URLs: <c>scheme://user:password@host</c>, or a token alone before the <c>@</c>; also where the password has signs
/// in it that should have been escaped, and in the data source names of Go's drivers.
/// </summary>
internal static class UrlCredentialDetector
{
    private static readonly SearchValues<char> s_authorityEnd = SearchValues.Create("/?#\\");
    private static readonly SearchValues<char> s_urlEnd = SearchValues.Create(" \t\r\n\"'<>`");
    private static readonly string[] s_drivers = ["tcp(", "tcp6(", "unix(", "udp("];

    private const int LongestPassword = 256;

    public static string Redact(string text)
    {
        if (!text.Contains('@', StringComparison.Ordinal))
        {
            return text;
        }

        var edit = new TextEdit(text);
        var span = text.AsSpan();
        for (var at = text.IndexOf("://", StringComparison.Ordinal); at >= 0 && !edit.IsFull; at = text.IndexOf("://", at
            + 3, StringComparison.Ordinal))
        {
            var start = at + 3;
            var length = span[start..Math.Min(span.Length, start + LongestPassword * 2)].IndexOfAny(s_urlEnd);
            var url = length < 0 ? span[start..Math.Min(span.Length, start + LongestPassword * 2)] : span.Slice(start, length);
            var next = url.IndexOf("://");
            var end = UserInfo(next < 0 ? url : url[..next], IsWeb(span[..at]));
            if (end > 0)
            {
                edit.Redact(start, start + end);
            }
        }

        return Drivers(edit.Finish());
    }

    /// <summary>Length of the user-info; 0 when there is none.</summary>
    private static int UserInfo(ReadOnlySpan<char> url, bool isWeb)
    {
        var length = url.IndexOfAny(s_authorityEnd);
        var authority = length < 0 ? url : url[..length];
        var at = authority.LastIndexOf('@');
        if (at >= 0 || length < 0)
        {
            // A password with a sign of its own behind an @: "p@ss/word@host".
            var more = at > 0 && length >= 0 && authority[..at].Contains(':') ? Unescaped(url, authority, isWeb) : -1;
            return Math.Max(at, more);
        }

        return Math.Max(0, Unescaped(url, authority, isWeb));
    }

    /// <summary>
    /// What stands before the first slash is not host and port: then the password goes on to the last <c>@</c>. Web addresses have that
    /// sign in their paths (<c>https://host:8080/@jane</c>); those of databases and queues do not.
    /// </summary>
    private static int Unescaped(ReadOnlySpan<char> url, ReadOnlySpan<char> authority, bool isWeb)
    {
        var colon = authority.IndexOf(':');
        var query = url.IndexOf('?') is var q && q > 0 && url[q..].Contains('=') && url[q..].IndexOf('=') < url[q..].IndexOf('@')
            ? url[..q] : url;
        var last = query.LastIndexOf('@');
        if (colon < 0 || last < colon)
        {
            return -1;
        }

        var at = authority.LastIndexOf('@');
        var host = authority[(at + 1)..];
        var port = host.LastIndexOf(':') is var sign && sign >= 0 ? host[(sign + 1)..] : default;
        var isHost =
            sign < 0 ? host.Contains('.') || host is "localhost" : port.IndexOfAnyExceptInRange('0', '9') < 0 && (isWeb || at >= 0);
        return isHost ? -1 : last;
    }

    private static bool IsWeb(ReadOnlySpan<char> before) => before.EndsWith("http", StringComparison.OrdinalIgnoreCase)
        || before.EndsWith("https", StringComparison.OrdinalIgnoreCase);

    /// <summary><c>user:password@tcp(host:3306)/db</c>.</summary>
    private static string Drivers(string text)
    {
        if (!text.Contains("@tcp", StringComparison.Ordinal) && !text.Contains("@unix(", StringComparison.Ordinal)
            && !text.Contains("@udp(", StringComparison.Ordinal))
        {
            return text;
        }

        var edit = new TextEdit(text);
        var span = text.AsSpan();
        for (var at = text.IndexOf('@', StringComparison.Ordinal); at >= 0 && !edit.IsFull; at = text.IndexOf('@', at + 1))
        {
            var isDriver = false;
            foreach (var driver in s_drivers)
            {
                isDriver |= span[(at + 1)..].StartsWith(driver);
            }

            if (isDriver)
            {
                var from = Math.Max(edit.Done, at - LongestPassword);
                var blank = span[from..at].LastIndexOfAny(s_urlEnd);
                var colon = span[(from + blank + 1)..at].IndexOf(':');
                if (colon >= 0)
                {
                    edit.Redact(from + blank + 1 + colon + 1, at);
                }
            }
        }

        return edit.Finish();
    }
}
