using System.Buffers;

namespace Orion.Redaction;

/// <summary>
/// Values that may stay even under a secret's name: there is no secret in "password: missing", nor in a number of tokens.
/// </summary>
internal static class Harmless
{
    private const int Longest = 24;
    private const int LongestNumber = 15;

    /// <summary>More digits than tests have results are no number of them.</summary>
    private const int LongestCountOfPasses = 4;

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> s_words = new HashSet<string>(
        [
            "null", "nil", "none", "undefined", "true", "false", "yes", "no", "missing", "required", "expired", "invalid", "valid",
            "unknown", "empty", "ok", "failed", "denied", "rejected", "enabled", "disabled", "optional", "revoked", "blocked", "accepted",
            "verified", "unverified", "sent", "queued", "pending", "unchanged", "changed", "rotated", "updated", "unset", "redacted",
            "string", "varchar", "nvarchar", "text", "object", "(null)", "<null>", "?", "%s", "n/a", "default", "succeeded", "passed",
            "started", "refreshed", "created", "deleted", "loaded", "ready", "anonymous",
        ],
        StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly SearchValues<char> s_number = SearchValues.Create("0123456789.-+%,");

    public static bool Is(NameKind kind, object? value) => value switch
    {
        null or bool => true,
        string text => text.Length == 0 || Is(kind, text.AsSpan(), strict: false),
        int or long or double or float or short or byte or uint or ulong or decimal or DateTime or DateTimeOffset or TimeSpan =>
            kind == NameKind.Countable,
        _ => false,
    };

    /// <param name="kind">What the name says.</param>
    /// <param name="value">The value's text.</param>
    /// <param name="strict">Long numbers are no counts: under <c>pass</c>.</param>
    public static bool Is(NameKind kind, ReadOnlySpan<char> value, bool strict) =>
        value.Length <= Longest
        && (s_words.Contains(value)
            || value.IndexOfAnyExcept('*') < 0
            || (kind == NameKind.Countable && value.Length <= (strict ? LongestCountOfPasses : LongestNumber) && char.IsAsciiDigit(value[0])
                && value.IndexOfAnyExcept(s_number) < 0));
}
