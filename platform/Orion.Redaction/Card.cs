using System.Runtime.InteropServices;

namespace Orion.Redaction;

/// <summary>A payment card's number, digit by digit: issuer ranges with their lengths (ISO/IEC 7812), and the Luhn check digit.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct Card
{
    private const int MaxDigits = 19;

    private int _count;
    private int _firstFour;

    // Luhn doubles every second digit from the right; which ones those are depends on the final length, so both sums are kept.
    private int _doubledEven;
    private int _doubledOdd;

    // The same for the check digit of goods (EAN-13), whose weights are 1 and 3 from the left.
    private int _weighted;

    /// <summary>Takes the next digit; false when no card goes on like that.</summary>
    public bool Add(int digit)
    {
        if (_count == MaxDigits || (_count == 0 && digit is not (>= 2 and <= 6)))
        {
            return false;
        }

        var doubled = digit > 4 ? (digit * 2) - 9 : digit * 2;
        _doubledEven += _count % 2 == 0 ? doubled : digit;
        _doubledOdd += _count % 2 == 0 ? digit : doubled;
        _weighted += _count % 2 == 0 ? digit : digit * 3;
        _firstFour = _count < 4 ? (_firstFour * 10) + digit : _firstFour;
        _count++;
        return true;
    }

    /// <summary>Whether the digits so far are a whole card number.</summary>
    public readonly bool IsValid => _count >= NumberDetector.Shortest && (_count % 2 == 0 ? _doubledEven : _doubledOdd) % 10 == 0
        && IsBrand;

    /// <summary>Whether they may as well be the number of some goods: only the words around can tell then.</summary>
    public readonly bool IsArticle => _count == 13 && _weighted % 10 == 0;

    private readonly bool IsBrand
    {
        get
        {
            var (one, two, three) = (_firstFour / 1000, _firstFour / 100, _firstFour / 10);
            return _count switch
            {
                13 => one == 4,
                14 => two is 36 or 38 or 39 || three is >= 300 and <= 305,
                15 => two is 34 or 37,
                16 => one == 4 || two is (>= 51 and <= 55) or 62 or 65 || _firstFour is (>= 2221 and <= 2720) or (>= 3528 and <= 3589)
                    or 6011 || three is >= 644 and <= 649
                    || _firstFour is 5018 or 5020 or 5038 or 5893 or 6304 or 6759 or (>= 6761 and <= 6763) or (>= 2200 and <= 2204),
                17 or 18 => two == 62,
                19 => one == 4 || two is 62 or 65 || _firstFour is 6011 or (>= 3528 and <= 3589),
                _ => false,
            };
        }
    }
}
