namespace OrionPlatform.ServiceDefaults;

/// <summary>
/// Payment cards (brand, length and Luhn) and IBANs (country, length and mod 97), also grouped by blanks, hyphens or dots. A run that is part of a
/// longer word or number (hash, uuid, trace id) is neither.
/// </summary>
internal static class NumberDetector
{
    /// <summary>Digits of the shortest card.</summary>
    public const int Shortest = 13;

    /// <summary>Whether the text has at least 13 digits in a row, separators allowed; or could hold an IBAN.</summary>
    public static bool Suspicious(ReadOnlySpan<char> text)
    {
        var run = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsAsciiDigit(c))
            {
                if (++run >= Shortest || (run == 2 && i >= 3 && IsCountry(text[(i - 3)..(i - 1)])))
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
            if (i > 0 && IsWord(text[i - 1]))
            {
                continue;
            }

            var end = char.IsAsciiDigit(text[i]) ? CardEnd(text, i) : char.IsAsciiLetterUpper(text[i]) ? Iban.End(text, i) : -1;
            if (end > i)
            {
                edit.Redact(i, end);
                i = end - 1;
            }
        }

        return edit.Finish();
    }

    internal static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';

    /// <summary>What people and printers put between a number's groups; dots only between groups of four, or every version would be looked at.</summary>
    private static bool IsSeparator(char c) => c is ' ' or '-' or '.' or '\u00a0' or '\u202f' or '\u2009';

    private static bool IsCountry(ReadOnlySpan<char> pair) => char.IsAsciiLetterUpper(pair[0]) && char.IsAsciiLetterUpper(pair[1]);

    /// <summary>End of the card number that starts here, or -1. Looks at 19 digits and their separators at most; groups have two digits or more.</summary>
    private static int CardEnd(string text, int start)
    {
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

                if (card.IsValid && (i + 1 == text.Length || !IsWord(text[i + 1])))
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

        return best;
    }
}
