namespace Orion.Redaction;

/// <summary>
/// E-mail addresses. A package and its version (<c>lodash@4.17.21</c>), an image and its scale (<c>logo@2x.png</c>) are none.
/// </summary>
internal static class EmailDetector
{
    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> s_files = new HashSet<string>(
        ["png", "jpg", "jpeg", "gif", "svg", "webp", "js", "mjs", "cjs", "ts", "tsx", "jsx", "css", "json", "html", "xml", "yml", "yaml",
            "tgz", "jar", "dll", "exe", "service"],
        StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    public static string Redact(string text)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        if (at < 0)
        {
            return text;
        }

        var edit = new TextEdit(text);
        for (; at >= 0 && !edit.IsFull; at = text.IndexOf('@', at + 1))
        {
            var start = at;
            while (start > edit.Done && IsLocal(text[start - 1]))
            {
                start--;
            }

            var end = at + 1;
            while (end < text.Length && (char.IsLetterOrDigit(text[end]) || text[end] is '-' or '.'))
            {
                end++;
            }

            // A sentence's full stop right after the address is not part of it.
            while (end > at + 1 && text[end - 1] is '.' or '-')
            {
                end--;
            }

            if (start < at && IsHost(text.AsSpan(at + 1, end - at - 1)) && !IsRemote(text.AsSpan(start, at - start), text.AsSpan(end)))
            {
                edit.Redact(start, end);
            }
        }

        return edit.Finish();
    }

    private static bool IsLocal(char c) => char.IsLetterOrDigit(c) || c is '.' or '_' or '%' or '+' or '-' or '\'' or '~' or '!' or '#'
        or '$' or '&' or '*';

    /// <summary>Ends in a top level domain, which has letters, and does not begin as a version does.</summary>
    private static bool IsHost(ReadOnlySpan<char> host)
    {
        var dot = host.LastIndexOf('.');
        if (dot <= 0 || host.Length - dot < 3)
        {
            return false;
        }

        var top = host[(dot + 1)..];
        var first = host[..host.IndexOf('.')].TrimStart('v');
        var isVersion = first.Length is > 0 and < 6 && first.IndexOfAnyExceptInRange('0', '9') < 0
            && char.IsAsciiDigit(host[host.IndexOf('.') + 1]);
        return !isVersion && !char.IsDigit(top[0]) && !s_files.Contains(top);
    }

    /// <summary>The address of a repository is nobody's: <c>git@host:path</c>.</summary>
    private static bool IsRemote(ReadOnlySpan<char> local, ReadOnlySpan<char> rest) => local is "git" && rest.StartsWith(":");
}
