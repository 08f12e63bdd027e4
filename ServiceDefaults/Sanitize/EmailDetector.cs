namespace OrionPlatform.ServiceDefaults;

/// <summary>E-mail addresses.</summary>
internal static class EmailDetector
{
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
            var lastDot = -1;
            while (end < text.Length && (char.IsLetterOrDigit(text[end]) || text[end] is '-' or '.'))
            {
                lastDot = text[end] == '.' ? end : lastDot;
                end++;
            }

            // A sentence's full stop right after the address is not part of it.
            while (end > at + 1 && text[end - 1] is '.' or '-')
            {
                end--;
            }

            if (start < at && text.IndexOf('.', at, end - at) >= 0)
            {
                edit.Redact(start, end);
            }
        }

        return edit.Finish();
    }

    private static bool IsLocal(char c) => char.IsLetterOrDigit(c) || c is '.' or '_' or '%' or '+' or '-' or '\'' or '~' or '!' or '#' or '$' or '&' or '*';
}
