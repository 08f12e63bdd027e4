namespace Orion.Redaction;

/// <summary>PEM blocks of any label, also when their end or their beginning was cut off.</summary>
internal static class PemDetector
{
    private const string Begin = "-----BEGIN ";
    private const string End = "-----END ";

    public static string Redact(string text)
    {
        if (!text.Contains("-----", StringComparison.Ordinal))
        {
            return text;
        }

        var edit = new TextEdit(text);
        var at = 0;
        var (begin, end) = (-2, -2);
        while (at < text.Length && !edit.IsFull)
        {
            // Searched again only once passed: a text full of ends is not searched for a beginning at each of them.
            begin = begin >= at || begin == -1 ? begin : text.IndexOf(Begin, at, StringComparison.OrdinalIgnoreCase);
            end = end >= at || end == -1 ? end : text.IndexOf(End, at, StringComparison.OrdinalIgnoreCase);
            if (begin < 0 && end < 0)
            {
                break;
            }

            // An end without its beginning: everything before it may be key material.
            var start = begin >= 0 && (end < 0 || begin < end) ? begin : at;
            var stop = end < 0 ? text.Length : AfterMark(text, end + End.Length);
            edit.Redact(start, stop);
            at = stop;
        }

        return edit.Finish();
    }

    private static int AfterMark(string text, int from)
    {
        var dashes = text.IndexOf("-----", from, Math.Min(text.Length - from, 80), StringComparison.Ordinal);
        return dashes < 0 ? text.Length : dashes + 5;
    }
}
