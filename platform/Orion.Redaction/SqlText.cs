namespace Orion.Redaction;

/// <summary>SQL without its values: quoted literals, and numbers of five digits or more. What stays is what the statement does.</summary>
internal static class SqlText
{
    private const int ShortestNumber = 5;
    private const int LongestTag = 64;

    public static string Redact(string sql)
    {
        var edit = new TextEdit(sql);
        for (var at = 0; at < sql.Length && !edit.IsFull;)
        {
            var c = sql[at];
            if (c == '\'')
            {
                at = Literal(sql, at + 1, Close(sql, at + 1), "'", ref edit);
            }
            else if (c == '$' && Tag(sql, at) is { Length: > 0 } tag)
            {
                at = Literal(sql, at + tag.Length, sql.IndexOf(tag, at + tag.Length, StringComparison.Ordinal), tag, ref edit);
            }
            else if (char.IsAsciiLetterOrDigit(c) || c is '_' or '@')
            {
                var end = at + 1;
                while (end < sql.Length && (char.IsAsciiLetterOrDigit(sql[end]) || sql[end] is '_' or '.'))
                {
                    end++;
                }

                if (char.IsAsciiDigit(c) && end - at >= ShortestNumber)
                {
                    edit.Redact(at, end);
                }

                at = end;
            }
            else
            {
                at++;
            }
        }

        return edit.Finish();
    }

    /// <summary>Redacts a literal's content; one that is never closed takes the rest. Returns where it goes on behind it.</summary>
    private static int Literal(string sql, int start, int close, string mark, ref TextEdit edit)
    {
        var end = close < 0 ? sql.Length : close;
        if (!sql.AsSpan(start, end - start).SequenceEqual(Sanitizer.Redacted))
        {
            edit.Redact(start, end);
        }

        return close < 0 ? sql.Length : close + mark.Length;
    }

    /// <summary>The quote that closes a literal: the first one that is not doubled.</summary>
    private static int Close(string sql, int from)
    {
        for (var at = sql.IndexOf('\'', from); at >= 0; at = sql.IndexOf('\'', at + 2))
        {
            if (at + 1 == sql.Length || sql[at + 1] != '\'')
            {
                return at;
            }

            if (at + 2 > sql.Length - 1)
            {
                break;
            }
        }

        return -1;
    }

    /// <summary>PostgreSQL's <c>$$</c> or <c>$tag$</c>; empty for a parameter such as <c>$1</c>.</summary>
    private static string Tag(string sql, int at)
    {
        var end = at + 1;
        while (end < sql.Length && end - at < LongestTag && (char.IsAsciiLetterOrDigit(sql[end]) || sql[end] == '_'))
        {
            end++;
        }

        return end < sql.Length && sql[end] == '$' ? sql[at..(end + 1)] : "";
    }
}
