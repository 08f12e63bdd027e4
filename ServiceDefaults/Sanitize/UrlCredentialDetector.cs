using System.Buffers;

namespace OrionPlatform.ServiceDefaults;

/// <summary>The user-info part of URLs: <c>scheme://user:password@host</c>, or a token alone before the <c>@</c>.</summary>
internal static class UrlCredentialDetector
{
    private static readonly SearchValues<char> s_authorityEnd = SearchValues.Create("/?# \t\r\n\"'<>\\");

    public static string Redact(string text)
    {
        if (!text.Contains('@', StringComparison.Ordinal))
        {
            return text;
        }

        var edit = new TextEdit(text);
        for (var at = text.IndexOf("://", StringComparison.Ordinal); at >= 0 && !edit.IsFull; at = text.IndexOf("://", at + 3, StringComparison.Ordinal))
        {
            var authority = text.AsSpan(at + 3);
            var length = authority.IndexOfAny(s_authorityEnd);
            var userInfo = (length < 0 ? authority : authority[..length]).LastIndexOf('@');
            if (userInfo > 0)
            {
                edit.Redact(at + 3, at + 3 + userInfo);
            }
        }

        return edit.Finish();
    }
}
