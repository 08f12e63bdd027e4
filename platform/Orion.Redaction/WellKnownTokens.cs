using System.Buffers;

namespace Orion.Redaction;

/// <summary>What comes behind a token's beginning.</summary>
internal enum TokenShape
{
    /// <summary>Letters, digits and a few signs.</summary>
    Word,

    /// <summary>The same with a digit and a letter, since names begin like it.</summary>
    Random,

    /// <summary>The same with both cases besides.</summary>
    Mixed,

    /// <summary>Letters and digits.</summary>
    Alnum,

    /// <summary>Hexadecimal digits.</summary>
    Hex,

    /// <summary>Capitals and digits.</summary>
    Upper,

    /// <summary>Parts between dots: else it is somebody's base64.</summary>
    Jwt,

    /// <summary>Two long parts.</summary>
    SendGrid,

    /// <summary>A bot's number, a colon, and a long part.</summary>
    Bot,

    /// <summary>A user's number in base64, a time, and a long part.</summary>
    Discord,

    /// <summary>Small letters and digits of one length.</summary>
    NuGet,

    /// <summary>Letters and digits of one length, and both among them: a prefix of two characters says little.</summary>
    Vault,

    /// <summary>Fourteen letters and digits, and a long hexadecimal part.</summary>
    Airtable,

    /// <summary>Two hexadecimal parts.</summary>
    Cloudflare,
}

/// <summary>A beginning by which tokens are known.</summary>
internal sealed record TokenKind(string Prefix, int MinRest, TokenShape Shape)
{
    // What is further away tells no more, and looking at it from every beginning would cost the square of the text.
    private const int Sample = 512;

    private static readonly SearchValues<char> s_word = SearchValues.Create(Letters.Alnum + "_-.=~");
    private static readonly SearchValues<char> s_alnum = SearchValues.Create(Letters.Alnum);
    private static readonly SearchValues<char> s_hex = SearchValues.Create("0123456789abcdefABCDEF");
    private static readonly SearchValues<char> s_upper = SearchValues.Create(Letters.Capitals + Letters.Digits);
    private static readonly SearchValues<char> s_part = SearchValues.Create(Letters.Alnum + "_-");

    /// <summary>Length of the token with which a text begins that has this prefix; 0 when it is something else.</summary>
    public int Length(ReadOnlySpan<char> text)
    {
        var rest = text[Prefix.Length..];
        Scanned.Add(Math.Min(rest.Length, Sample));
        var sample = rest[..Math.Min(rest.Length, Sample)];
        if (rest.Length < MinRest || !Fits(sample))
        {
            return 0;
        }

        if (Shape == TokenShape.Bot)
        {
            return Prefix.Length + WellKnownTokens.Bot(rest);
        }

        // A full stop behind it ends a sentence.
        var word = rest[..Count(rest, s_word)].TrimEnd('.');
        return Prefix.Length + word.Length;
    }

    private static int Count(ReadOnlySpan<char> text, SearchValues<char> of)
    {
        var length = text.IndexOfAnyExcept(of);
        return length < 0 ? text.Length : length;
    }

    /// <summary>Length of the part of letters, digits, hyphens and underscores with which a text begins.</summary>
    public static int Part(ReadOnlySpan<char> text) => Count(text, s_part);

    private bool Fits(ReadOnlySpan<char> rest)
    {
        var word = rest[..Count(rest, s_word)];
        return Shape switch
        {
            TokenShape.Bot => WellKnownTokens.Bot(rest) > 0,
            TokenShape.Word => word.Length >= MinRest,
            TokenShape.Random => word.Length >= MinRest && IsRandom(word),
            TokenShape.Mixed => word.Length >= MinRest && IsRandom(word) && word.ContainsAnyInRange('A', 'Z')
                && word.ContainsAnyInRange('a', 'z'),
            TokenShape.Alnum => Count(rest, s_alnum) is var alnum && alnum >= MinRest && IsRandom(rest[..alnum]),
            TokenShape.Hex => Count(rest, s_hex) is var hex && hex >= MinRest
                && (hex == rest.Length || !char.IsAsciiLetterOrDigit(rest[hex])),
            TokenShape.Upper => Count(rest, s_upper) >= MinRest,
            TokenShape.Jwt => word.Length >= MinRest && word.TrimEnd('.').Contains('.'),
            TokenShape.SendGrid => Part(word) is >= 16 and var first && first < word.Length && word[first] == '.'
                && Part(word[(first + 1)..]) >= 16 && IsRandom(word),
            TokenShape.Discord => Part(word) is >= 22 and <= 29 and var user && user + 8 < word.Length && word[user] == '.'
                && Part(word[(user + 1)..]) is >= 5 and <= 7 and var time && Part(word[Math.Min(word.Length, user + time + 2)..]) >= 25
                    && IsRandom(word[..user]),
            TokenShape.NuGet => Count(rest, s_alnum) == MinRest && !rest[..MinRest].ContainsAnyInRange('A', 'Z')
                && IsRandom(rest[..MinRest]),
            TokenShape.Vault => Count(rest, s_alnum) >= MinRest && IsRandom(rest[..MinRest])
                && rest[..MinRest].ContainsAnyInRange('A', 'Z') && rest[..MinRest].ContainsAnyInRange('a', 'z'),
            TokenShape.Airtable => Count(rest, s_alnum) == 14 && rest.Length > 15 && rest[14] == '.'
                && Count(rest[15..], s_hex) >= MinRest - 15,
            TokenShape.Cloudflare => Count(rest, s_hex) == 24 && rest[24] == '-' && Count(rest[25..], s_hex) >= MinRest,
            _ => false,
        };
    }

    /// <summary>A digit among letters: names of things seldom have them, random texts of this length always.</summary>
    private static bool IsRandom(ReadOnlySpan<char> text) =>
        text.ContainsAnyInRange('0', '9') && (text.ContainsAnyInRange('a', 'z') || text.ContainsAnyInRange('A', 'Z'));
}

/// <summary>
/// Public knowledge of what tokens look like: data, with sources, in <c>WellKnownTokens.tsv</c>, and what is known in another way.
/// </summary>
internal static class WellKnownTokens
{
    /// <summary>Addresses of which the path is the secret, and its least length. Sources: the documentation of each, 2026-11.</summary>
    public static readonly IReadOnlyList<(string Start, int Least)> Addresses =
    [
        ("hooks.slack.com/services/", 20), ("hooks.slack.com/workflows/", 20), ("hooks.slack.com/triggers/", 20),
        ("discord.com/api/webhooks/", 20), ("discordapp.com/api/webhooks/", 20), ("webhook.office.com/webhookb2/", 20),
        ("hooks.zapier.com/hooks/catch/", 10), ("api.telegram.org/bot", 20), ("maker.ifttt.com/use/", 10),
        ("chat.googleapis.com/v1/spaces/", 20), ("hooks.slack-gov.com/services/", 20), ("outlook.office.com/webhook/", 20),
    ];

    /// <summary>
    /// OpenAI's keys, Terraform Cloud's, New Relic's licence keys, Azure's keys that can be told by a checksum ("identifiable secrets",
    /// learn.microsoft.com/purview, 2026-11).
    /// </summary>
    private static readonly SearchValues<string> s_within = SearchValues.Create(
        ["T3BlbkFJ", ".atlasv1.", "Q~", "NRAL", "+ASt", "+ABa", "+AMC", "+ARm", "+AIo", "+AEh", "ACDb", "APIM", "AzFu", "AzSe", "AzCa",
            "AQoD"],
        StringComparison.Ordinal);

    // Each of those has one of these; looking for single characters takes a third of the time.
    private static readonly SearchValues<char> s_inMarks = SearchValues.Create(Letters.Capitals + ".~+");

    private static readonly SearchValues<char> s_word = SearchValues.Create(Letters.Alnum + "_-.~");
    private static readonly SearchValues<char> s_base64 = SearchValues.Create(Letters.Alnum + "+/=");
    private static readonly SearchValues<char> s_hexadecimal = SearchValues.Create("0123456789abcdef");

    public static readonly IReadOnlyList<TokenKind> Kinds = Read();

    /// <summary>Characters of the shortest address with its secret path.</summary>
    public static readonly int ShortestAddress = Addresses.Min(a => a.Start.Length + a.Least);

    /// <summary>Whether a text has a mark that only stands within tokens. May be wrong in saying yes.</summary>
    public static bool MayBeWithin(ReadOnlySpan<char> text) => text.ContainsAny(s_inMarks) && text.ContainsAny(s_within);

    /// <summary>Whether a text has a colon behind as many digits as a bot's token begins with. May be wrong in saying yes.</summary>
    public static bool MayBeBot(ReadOnlySpan<char> text)
    {
        const int Digits = 8;
        for (var at = text.IndexOf(':'); at >= 0;)
        {
            if (at >= Digits && text.Slice(at - Digits, Digits).IndexOfAnyExceptInRange('0', '9') < 0)
            {
                return true;
            }

            var next = text[(at + 1)..].IndexOf(':');
            at = next < 0 ? -1 : at + 1 + next;
        }

        return false;
    }

    /// <summary>A Telegram bot's token without its "bot": a number, a colon, and 35 characters of which the first are known.</summary>
    public static int Bot(ReadOnlySpan<char> text)
    {
        var digits = text.IndexOfAnyExceptInRange('0', '9');
        if (digits is < 8 or > 10 || text[digits] != ':')
        {
            return 0;
        }

        var length = TokenKind.Part(text[(digits + 1)..]);
        return length is >= 32 and <= 40 && text.Slice(digits + 1, length).ContainsAnyInRange('A', 'Z')
            && text.Slice(digits + 1, length).ContainsAnyInRange('a', 'z')
            ? digits + 1 + length : 0;
    }

    /// <summary>Whether a run of token characters holds a token that is known by its middle or its end, and which part it is.</summary>
    public static bool IsKnownWithin(ReadOnlySpan<char> run, out int start, out int end)
    {
        for (var from = 0; from < run.Length; from++)
        {
            var next = run[from..].IndexOfAny(s_within);
            if (next < 0)
            {
                break;
            }

            from += next;
            (start, end) = Around(run, from, run[from..] switch
            {
                ['N', 'R', ..] => s_hexadecimal,
                ['T', '3', ..] or ['.', ..] or ['Q', ..] => s_word,
                _ => s_base64,
            });
            var token = run[start..end];
            var mark = from - start;
            if (run[from] switch
            {
                'T' or '.' => token.Length >= 30,
                'Q' => mark == 4 && char.IsAsciiDigit(run[from - 1]) && token.Length >= 36,
                'N' => mark == 36 && end == from,
                _ => token.Length is 52 or 84 or 86 or 88 && mark >= 40 && token.Length - mark <= 12,
            })
            {
                end = Math.Max(end, run[from] == 'N' ? from + 4 : 0);
                return true;
            }
        }

        (start, end) = (0, 0);
        return false;
    }

    private static (int Start, int End) Around(ReadOnlySpan<char> run, int at, SearchValues<char> of)
    {
        // Bounded: tokens are not longer, and a run full of marks is not looked at whole for each.
        const int Longest = 256;
        var from = Math.Max(0, at - Longest);
        var start = from + run[from..at].LastIndexOfAnyExcept(of) + 1;
        var rest = run[at..Math.Min(run.Length, at + Longest)];
        var length = rest.IndexOfAnyExcept(of);
        return (start, length < 0 ? at + rest.Length : at + length);
    }

    private static List<TokenKind> Read()
    {
        using var reader = new StreamReader(typeof(WellKnownTokens).Assembly.GetManifestResourceStream("WellKnownTokens.tsv")!);
        var kinds = new List<TokenKind>();
        while (reader.ReadLine() is { } line)
        {
            if (!line.StartsWith('#') && line.Split('\t') is [var prefix, var shape, var rest, ..])
            {
                kinds.Add(new TokenKind(prefix, int.Parse(rest), Enum.Parse<TokenShape>(shape, ignoreCase: true)));
            }
        }

        return kinds;
    }
}
