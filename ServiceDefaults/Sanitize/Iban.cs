namespace OrionPlatform.ServiceDefaults;

/// <summary>International bank account numbers (ISO 13616): country, check digits, length, mod 97.</summary>
internal static class Iban
{
    private static readonly Dictionary<string, int> s_lengths = new(StringComparer.Ordinal)
    {
        ["AD"] = 24, ["AE"] = 23, ["AT"] = 20, ["BE"] = 16, ["BG"] = 22, ["BR"] = 29, ["CH"] = 21, ["CY"] = 28, ["CZ"] = 24, ["DE"] = 22, ["DK"] = 18,
        ["EE"] = 20, ["ES"] = 24, ["FI"] = 18, ["FR"] = 27, ["GB"] = 22, ["GR"] = 27, ["HR"] = 21, ["HU"] = 28, ["IE"] = 22, ["IL"] = 23, ["IS"] = 26,
        ["IT"] = 27, ["LI"] = 21, ["LT"] = 20, ["LU"] = 20, ["LV"] = 21, ["MC"] = 27, ["MT"] = 31, ["NL"] = 18, ["NO"] = 15, ["PL"] = 28, ["PT"] = 25,
        ["RO"] = 24, ["SA"] = 24, ["SE"] = 24, ["SI"] = 19, ["SK"] = 24, ["SM"] = 27, ["TR"] = 26, ["UA"] = 29,
    };

    private static readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> s_byCountry = s_lengths.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>End of the IBAN that starts here, or -1.</summary>
    public static int End(string text, int start)
    {
        if (start + 15 > text.Length || !char.IsAsciiDigit(text[start + 2]) || !char.IsAsciiDigit(text[start + 3])
            || !s_byCountry.TryGetValue(text.AsSpan(start, 2), out var length))
        {
            return -1;
        }

        Span<char> plain = stackalloc char[34];
        var count = 0;
        var i = start;
        for (; i < text.Length && count < length; i++)
        {
            if (char.IsAsciiLetterUpper(text[i]) || char.IsAsciiDigit(text[i]))
            {
                plain[count++] = text[i];
            }
            else if (text[i] != ' ' || text[i - 1] == ' ')
            {
                break;
            }
        }

        return count == length && (i == text.Length || !NumberDetector.IsWord(text[i])) && Mod97(plain[..count]) == 1 ? i : -1;
    }

    private static int Mod97(ReadOnlySpan<char> iban)
    {
        var rest = 0;
        for (var i = 0; i < iban.Length; i++)
        {
            var c = iban[(i + 4) % iban.Length];
            rest = char.IsAsciiDigit(c) ? ((rest * 10) + (c - '0')) % 97 : ((rest * 100) + (c - 'A' + 10)) % 97;
        }

        return rest;
    }
}
