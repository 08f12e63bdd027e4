using System.Buffers;

namespace Orion.Telemetry.Propagation;

/// <summary>The <c>tracestate</c> header: a list of <c>key=value</c> members, newest first.</summary>
internal static class TraceState
{
    private const int MaxMembers = 32;
    private const int MaxKey = 256;
    private const int MaxValue = 256;
    private const int LongMember = 128;
    private const int MaxLength = 2048;

    private static readonly SearchValues<char> s_key = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_-*/@");

    /// <summary>
    /// The list without blanks, empty members and repeated keys; null when a member is malformed or there are more than 32.
    /// </summary>
    public static string? Normalize(string? header)
    {
        if (string.IsNullOrEmpty(header))
        {
            return null;
        }

        var members = new List<string>(4);
        var keys = new HashSet<string>(StringComparer.Ordinal);
        var seen = 0;
        foreach (var range in header.AsSpan().Split(','))
        {
            var member = header.AsSpan(range).Trim(" \t");
            if (member.IsEmpty)
            {
                continue;
            }

            var equals = member.IndexOf('=');
            if (++seen > MaxMembers || equals < 0 || !IsKey(member[..equals]) || !IsValue(member[(equals + 1)..]))
            {
                return null;
            }

            if (keys.Add(member[..equals].ToString()))
            {
                members.Add(member.ToString());
            }
        }

        Shorten(members);
        return members.Count == 0 ? null : string.Join(',', members);
    }

    /// <summary>Whole members are dropped, the long ones first, then from the end; never a part of one.</summary>
    private static void Shorten(List<string> members)
    {
        while (members.Sum(m => m.Length + 1) - 1 > MaxLength)
        {
            var longest = members.FindLastIndex(m => m.Length > LongMember);
            members.RemoveAt(longest >= 0 ? longest : members.Count - 1);
        }
    }

    private static bool IsKey(ReadOnlySpan<char> key) =>
        key.Length is > 0 and <= MaxKey && (char.IsAsciiLetterLower(key[0]) || char.IsAsciiDigit(key[0])) && !key.ContainsAnyExcept(s_key);

    /// <summary>Printable ASCII without comma and equals sign, not ending in a blank.</summary>
    private static bool IsValue(ReadOnlySpan<char> value) =>
        value.Length is > 0 and <= MaxValue && !value.ContainsAnyExceptInRange(' ', '~') && !value.Contains('=') && value[^1] != ' ';
}
