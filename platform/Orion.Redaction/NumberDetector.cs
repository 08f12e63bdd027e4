using System.Buffers;

namespace Orion.Redaction;

/// <summary>
/// Payment cards (issuer, length and Luhn) and IBANs (country, length and mod 97), also grouped by blanks, hyphens or dots. A run that is
/// part of a longer word or number (hash, uuid, trace id, fraction, telephone number) is neither, nor are the numbers of a list.
/// </summary>
internal static class NumberDetector
{
    /// <summary>Digits of the shortest card.</summary>
    public const int Shortest = 13;

    private const int Around = 40;
    /// <summary>Characters of a UUID as RFC 9562 writes it.</summary>
    public const int UuidLength = 36;

    // Of any IBAN: two to check it, and five at least of the bank's and the account's number (Malta; the IBAN registry).
    private const int LeastDigits = 7;

    private static readonly SearchValues<string> s_cardWords =
        SearchValues.Create(["card", "visa", "payment", "pan:", "pan=", "pan ", "\"pan\"", "cc ", "cc:", "cc="],
            StringComparison.OrdinalIgnoreCase);

    private static readonly SearchValues<string> s_listWords =
        SearchValues.Create(["port", "year", "size", "range", "error", "code", "event", "line", "id"], StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the text has at least 13 digits in a row, separators allowed; or could hold an IBAN.</summary>
    public static bool Suspicious(ReadOnlySpan<char> text)
    {
        var digits = 0;
        foreach (var c in text)
        {
            digits += char.IsAsciiDigit(c) ? 1 : 0;
        }

        if (digits < LeastDigits)
        {
            return false;
        }

        // An IBAN has twelve characters or more from its second digit on, a card more digits than that: none begins in the last ones.
        const int Rest = 12;
        var run = 0;
        for (var i = text.IndexOfAnyInRange('0', '9'); i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsAsciiDigit(c))
            {
                if (++run >= Shortest || (run == 2 && i >= 3 && char.IsAsciiLetter(text[i - 3]) && Iban.Begins(text[(i - 3)..])
                    && text.Length - i >= Rest && Boundary.IsBefore(text, i - 3, underscore: false)))
                {
                    return true;
                }
            }
            else if (!IsSeparator(c))
            {
                run = 0;
            }
        }

        return false;
    }

    public static string Redact(string text)
    {
        if (text.Length < Shortest)
        {
            return text;
        }

        var edit = new TextEdit(text);
        for (var i = 0; i < text.Length && !edit.IsFull; i++)
        {
            if (!char.IsAsciiLetterOrDigit(text[i]) || !Boundary.IsBefore(text, i, underscore: false))
            {
                continue;
            }

            if (IsUuid(text.AsSpan(i)))
            {
                i += UuidLength - 1;
                continue;
            }

            var end = char.IsAsciiDigit(text[i]) ? CardEnd(text, i) : Iban.End(text, i);
            if (end > i)
            {
                edit.Redact(i, end);
                i = end - 1;
            }
        }

        return edit.Finish();
    }

    /// <summary>Whether the text begins with a UUID as RFC 9562 writes it: its groups look like those of a card now and then.</summary>
    public static bool IsUuid(ReadOnlySpan<char> text) =>
        text.Length >= UuidLength && text[8] == '-' && text[13] == '-' && Guid.TryParseExact(text[..UuidLength], "D", out _)
        && (text.Length == UuidLength || !IsWord(text[UuidLength]));

    internal static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';

    /// <summary>
    /// What people and printers put between a number's groups; dots only between groups of four, or every version would be looked at.
    /// </summary>
    private static bool IsSeparator(char c) => c is ' ' or '-' or '.' or '\u00a0' or '\u202f' or '\u2009';

    /// <summary>
    /// End of the card number that starts here, or -1. Looks at 19 digits and their separators at most; groups have two digits or more.
    /// </summary>
    private static int CardEnd(string text, int start)
    {
        if (IsContinued(text, start))
        {
            return -1;
        }

        var card = new Card();
        var best = -1;
        var group = 0;
        for (var i = start; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsAsciiDigit(c))
            {
                group++;
                if (!card.Add(c - '0'))
                {
                    break;
                }

                if (card.IsValid && (i + 1 == text.Length || !IsWord(text[i + 1])) && (!card.IsArticle || IsCalledCard(text, start)))
                {
                    best = i + 1;
                }
            }
            else if (!IsSeparator(c) || group < 2 || (c == '.' && group != 4))
            {
                break;
            }
            else
            {
                group = 0;
            }
        }

        return best > 0 && IsList(text.AsSpan(start, best - start), text.AsSpan(0, start)) ? -1 : best;
    }

    /// <summary>Digits behind a decimal point, or of a telephone number.</summary>
    private static bool IsContinued(string text, int start) =>
        start > 0 && (text[start - 1] == '+' || (start > 1 && text[start - 1] == '.' && char.IsAsciiDigit(text[start - 2])));

    private static bool IsCalledCard(string text, int start) => text.AsSpan(Math.Max(0, start - Around)..start).ContainsAny(s_cardWords);

    /// <summary>
    /// Numbers of four digits that follow one another, or are called a list: ports, years. No card's groups come so close.
    /// </summary>
    private static bool IsList(ReadOnlySpan<char> number, ReadOnlySpan<char> before)
    {
        const int Group = 4;
        const int Close = 30;
        if (number.Length != (Group * 4) + 3 || !number.Contains(' '))
        {
            return false;
        }

        var isClose = true;
        for (var at = Group + 1; at < number.Length; at += Group + 1)
        {
            isClose &= int.TryParse(number.Slice(at, Group), out var group)
                && int.TryParse(number.Slice(at - Group - 1, Group), out var last) && Math.Abs(group - last) <= Close;
        }

        var word = before.TrimEnd(" :=([");
        word = word[(word.LastIndexOfAny(" \t\r\n") + 1)..];
        return isClose || (word.Length is > 2 and < 16 && word[^1] == 's' && word.ContainsAny(s_listWords));
    }
}
