namespace Orion.Redaction;

/// <summary>International bank account numbers (ISO 13616): country, check digits, length, mod 97.</summary>
internal static class Iban
{
    /// <summary>Lengths by country: the IBAN registry of SWIFT, release 99 (December 2024).</summary>
    private const string Registry =
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 "
        + "FK18 FO18 FR27 GB22 GE22 GI23 "
        + "GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 "
        + "MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 "
        + "SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30";

    /// <summary>Those whose account numbers have digits alone, by the same registry: hexadecimal often looks like one of them.</summary>
    private const string DigitsOnly =
        "AE AT BA BE BI CR CZ DE DJ DK EE EG ES FI FO GL HR HU IL IS LT LY ME MN MR NO PL PT RS SD SE SI SK SO ST TL TN VA XK";

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> s_digitsOnly = DigitsOnly.Split(' ')
        .ToHashSet(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> s_byCountry = Registry.Split(' ')
        .ToDictionary(e => e[..2], e => int.Parse(e.AsSpan(2)), StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Whether a country's two letters stand here.</summary>
    public static bool Begins(ReadOnlySpan<char> text) => s_byCountry.TryGetValue(text[..2], out _);

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
            if (char.IsAsciiLetterOrDigit(text[i]))
            {
                plain[count++] = char.ToUpperInvariant(text[i]);
            }
            else if (text[i] is not (' ' or '-' or '\u00a0' or '\u202f') || !char.IsAsciiLetterOrDigit(text[i - 1]))
            {
                break;
            }
        }

        // Hexadecimal of the right length passes the check now and then; banks use digits mostly, and one case of letters.
        var written = text.AsSpan(start, i - start);
        var isMixed = written.ContainsAnyInRange('a', 'z') && written.ContainsAnyInRange('A', 'Z');
        return count == length && !isMixed && (i == text.Length || !NumberDetector.IsWord(text[i]))
            && !(s_digitsOnly.Contains(plain[..2]) && plain[4..count].ContainsAnyExceptInRange('0', '9')) && Mod97(plain[..count]) == 1
            ? i : -1;
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
