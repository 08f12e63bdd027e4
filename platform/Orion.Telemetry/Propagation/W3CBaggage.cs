using System.Buffers;
using System.Text;

namespace Orion.Telemetry.Propagation;

/// <summary>
/// The <c>baggage</c> header: a list of <c>key=value</c> members, values percent-encoded UTF-8. A member's properties (<c>;ttl=5</c>) are
/// carried on as they came. An activity's baggage has keys and values only, so they are an entry of their own after the member's, with a
/// key that no header can have: <c>;key</c>.
/// </summary>
internal static class W3CBaggage
{
    /// <summary>Limits of W3C Baggage: what is within both is carried on whole; of more, whole members are dropped.</summary>
    private const int MaxMembers = 64;
    private const int MaxLength = 8192;
    private const char Properties = ';';

    private static readonly SearchValues<char> s_token =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>
    /// The members without the malformed ones, the last first: an activity tells its newest baggage first, so that adding them one by one
    /// restores their order. Null when none is left.
    /// </summary>
    public static List<KeyValuePair<string, string?>>? Read(string? header)
    {
        // Bounded by MaxMembers, each with its properties, and, since decoding never lengthens, by MaxLength characters.
        List<KeyValuePair<string, string?>>? members = null;
        var (count, room) = (0, MaxLength);
        foreach (var range in header.AsSpan().Split(','))
        {
            var member = header.AsSpan(range).Trim(" \t");
            var equals = member.IndexOf('=');
            if (equals < 0 || !IsKey(member[..equals].TrimEnd(" \t")) || member.ContainsAnyExceptInRange(' ', '~'))
            {
                continue;
            }

            if (member.Length <= room && count < MaxMembers)
            {
                var key = member[..equals].TrimEnd(" \t").ToString();
                var value = member[(equals + 1)..];
                var properties = value.IndexOf(Properties);
                (members ??= []).Add(new(key, Decode((properties < 0 ? value : value[..properties]).Trim(" \t"))));
                if (properties >= 0 && WellFormed(value[properties..].ToString()) is { Length: > 0 } wellFormed)
                {
                    members.Add(new(Properties + key, wellFormed));
                }

                count++;
                room -= member.Length + 1;
            }
        }

        members?.Reverse();
        return members;
    }

    /// <summary>
    /// Properties as they came. Blanks may surround their signs; one with a blank in its midst is malformed, and left out.
    /// </summary>
    private static string WellFormed(string properties) => !properties.Contains(' ') ? properties : string.Join(
        Properties, properties.Split(Properties).Where(p => !Array.Exists(p.Split('=', 2), half => half.Trim().Contains(' '))));

    /// <summary>
    /// The header for these members, as short as the encoding allows, so that what came in within the limits also goes out; null when there
    /// is none.
    /// </summary>
    public static string? Write(IEnumerable<KeyValuePair<string, string?>> members)
    {
        var header = new StringBuilder();
        var count = 0;
        string? written = null;
        foreach (var (key, value) in members)
        {
            if (written is not null && key.Length == written.Length + 1 && key[0] == Properties
                && key.EndsWith(written, StringComparison.Ordinal))
            {
                // They came in this way, so they can go out so; not where that makes the header too long.
                header.Append(header.Length + value?.Length <= MaxLength ? value : "");
                continue;
            }

            written = null;
            if (count == MaxMembers)
            {
                break;
            }

            var before = header.Length;
            if (!IsKey(key) || value?.Length > MaxLength)
            {
                continue;
            }

            header.Append(before == 0 ? "" : ",").Append(key).Append('=');
            Encode(value, header);
            if (header.Length > MaxLength)
            {
                header.Length = before;
            }
            else
            {
                (count, written) = (count + 1, key);
            }
        }

        return count == 0 ? null : header.ToString();
    }

    private static bool IsKey(ReadOnlySpan<char> key) => !key.IsEmpty && !key.ContainsAnyExcept(s_token);

    /// <summary>Percent-encoded bytes as UTF-8, invalid ones as U+FFFD; a percent sign that encodes nothing is itself.</summary>
    private static string Decode(ReadOnlySpan<char> text)
    {
        if (!text.Contains('%'))
        {
            return text.ToString();
        }

        var bytes = new byte[text.Length];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var encoded = text[i] == '%' && i + 2 < text.Length && char.IsAsciiHexDigit(text[i + 1]) && char.IsAsciiHexDigit(text[i + 2]);
            bytes[length++] = encoded ? Convert.FromHexString(text.Slice(i + 1, 2))[0] : (byte)text[i];
            i += encoded ? 2 : 0;
        }

        return Encoding.UTF8.GetString(bytes, 0, length);
    }

    private static void Encode(ReadOnlySpan<char> value, StringBuilder header)
    {
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var rune in value.EnumerateRunes())
        {
            foreach (var octet in utf8[..rune.EncodeToUtf8(utf8)])
            {
                if (octet is > (byte)' ' and < 0x7f and not ((byte)'"' or (byte)'%' or (byte)',' or (byte)';' or (byte)'\\'))
                {
                    header.Append((char)octet);
                }
                else
                {
                    header.Append('%').Append(octet.ToString("X2", null));
                }
            }
        }
    }
}
