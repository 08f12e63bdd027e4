namespace OrionPlatform.ServiceDefaults;

/// <summary>Payment card numbers: issuer ranges with their lengths (ISO/IEC 7812), and the Luhn check digit.</summary>
internal static class Card
{
    public static bool IsValid(ReadOnlySpan<byte> digits) => IsBrand(digits) && Luhn(digits);

    private static bool IsBrand(ReadOnlySpan<byte> d)
    {
        var two = (d[0] * 10) + d[1];
        var four = (two * 100) + (d[2] * 10) + d[3];
        return d.Length switch
        {
            13 => d[0] == 4,
            14 => two is 36 or 38 or 39 || four / 10 is >= 300 and <= 305,
            15 => two is 34 or 37,
            16 => d[0] == 4 || two is (>= 51 and <= 55) or 62 or 65 || four is (>= 2221 and <= 2720) or (>= 3528 and <= 3589) or 6011 || four / 10 is >= 644 and <= 649,
            17 or 18 => two == 62,
            19 => d[0] == 4 || two is 62 or 65 || four == 6011,
            _ => false,
        };
    }

    private static bool Luhn(ReadOnlySpan<byte> digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            int digit = digits[digits.Length - 1 - i];
            if (i % 2 == 1)
            {
                digit *= 2;
                digit -= digit > 9 ? 9 : 0;
            }

            sum += digit;
        }

        return sum % 10 == 0;
    }
}
