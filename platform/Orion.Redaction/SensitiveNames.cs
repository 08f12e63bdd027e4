namespace Orion.Redaction;

/// <summary>What a name says of its value.</summary>
internal enum NameKind
{
    /// <summary>Nothing: the value is judged by itself.</summary>
    Plain,

    /// <summary>It is a secret, unless it is a number: <c>tokens</c> may be some, or how many.</summary>
    Countable,

    /// <summary>It is a secret, whatever it is.</summary>
    Secret,
}

/// <summary>
/// Judges names by their words: <c>db_password_hash</c>, <c>DbPasswordHash</c> and <c>db-password-hash</c> are three words each, of which
/// the one that makes them secret need not be the last; <c>password.reset.count</c> is a number, <c>secretary</c> is another word.
/// </summary>
internal sealed class SensitiveNames
{
    private const int MaxLength = 96;
    private const int MaxWords = 20;
    private const int MostTogether = 3;

    private readonly string[] _extra;

    /// <param name="extra">Further secret names; each also as a part of a longer one.</param>
    public SensitiveNames(IEnumerable<string> extra)
    {
        var given = extra.ToList();
        _extra = [.. given.Select(Squeeze).Where(k => k.Length > 2)];
        Marks = [.. NameWords.Marks, .. given.Select(Mark).Where(m => m.Length > 1)];
    }

    /// <summary>Any name that is not plain has one of these in it, in any case.</summary>
    public IReadOnlyList<string> Marks { get; }

    /// <summary>What a name says of its value.</summary>
    public NameKind Of(ReadOnlySpan<char> name)
    {
        // A name's end tells what it is; nobody writes longer ones.
        name = name.Length > MaxLength ? name[^MaxLength..] : name;

        // Every other character may begin a word, and a word may be told apart into three.
        Span<char> lower = stackalloc char[MaxLength * 2];
        Span<(int Start, int End)> words = stackalloc (int, int)[MaxWords];
        var splitter = new Splitter(lower, words);
        splitter.Split(name);
        var kind = Judge(lower, words[..splitter.Count]);
        return kind == NameKind.Plain && _extra.Length > 0 && IsExtra(lower[..splitter.Length]) ? NameKind.Secret : kind;
    }

    private static NameKind Judge(ReadOnlySpan<char> lower, ReadOnlySpan<(int Start, int End)> words)
    {
        var (first, end, kind, lastOnly) = (-1, 0, NameKind.Plain, false);
        for (var i = 0; i < words.Length; i++)
        {
            for (var count = Math.Min(MostTogether, words.Length - i); count > 0; count--)
            {
                var role = NameWords.Of(lower[words[i].Start..words[i + count - 1].End], out var plural);
                if (count == 1)
                {
                    role = InContext(lower, words, i, role);
                }

                if ((role & (WordRole.Secret | WordRole.Last)) != WordRole.None)
                {
                    (first, end, lastOnly) = (i, i + count, (role & WordRole.Secret) == WordRole.None);
                    kind = plural || IsCountable(lower[words[i].Start..words[i].End]) ? NameKind.Countable : NameKind.Secret;
                    break;
                }
            }
        }

        if (first < 0)
        {
            return NameKind.Plain;
        }

        for (var i = end; i < words.Length; i++)
        {
            var role = NameWords.Of(lower[words[i].Start..words[i].End], out _);
            if ((role & WordRole.About) != WordRole.None || (lastOnly && (role & WordRole.Same) == WordRole.None))
            {
                return NameKind.Plain;
            }
        }

        for (var i = 0; i < first; i++)
        {
            if ((NameWords.Of(lower[words[i].Start..words[i].End], out _) & WordRole.Measure) != WordRole.None)
            {
                // "prompt_tokens" are counted; "has_password" may be anything.
                return kind == NameKind.Countable ? NameKind.Plain : NameKind.Countable;
            }
        }

        return kind;
    }

    /// <summary>Words that are a secret only behind others, or not behind some.</summary>
    private static WordRole InContext(ReadOnlySpan<char> lower, ReadOnlySpan<(int Start, int End)> words, int at, WordRole role)
    {
        var word = lower[words[at].Start..words[at].End];
        var before = at == 0 ? WordRole.None : NameWords.Of(lower[words[at - 1].Start..words[at - 1].End], out _);
        return word switch
        {
            "token" or "tokens" => (before & WordRole.NoSecretToken) != WordRole.None ? WordRole.None : role,
            "key" or "keys" => (before & WordRole.SecretKey) != WordRole.None ? WordRole.Secret : WordRole.None,
            "code" or "codes" => (before & WordRole.SecretCode) != WordRole.None ? WordRole.Secret : WordRole.None,
            "signature" when at > 0 && lower[words[at - 1].Start..words[at - 1].End] is "method" or "function" or "type" => WordRole.None,

            // "Shop.Auth: ready" is a part of a program; alone, or of something that has one, it is a credential.
            "auth" => at == 0 || lower[words[at - 1].Start..words[at - 1].End] is "basic" or "proxy" or "http" or "x" or "api" or "user"
                or "client" or "db" or "redis" or "smtp"
                or "registry" or "bearer" or "digest" or "docker" or "npm" ? WordRole.Last : WordRole.None,
            _ => role,
        };
    }

    private static bool IsCountable(ReadOnlySpan<char> word) => word is "pass" or "auth";

    private bool IsExtra(ReadOnlySpan<char> lower)
    {
        Span<char> squeezed = stackalloc char[lower.Length];
        var length = 0;
        foreach (var c in lower)
        {
            if (c != ' ')
            {
                squeezed[length++] = c;
            }
        }

        foreach (var word in _extra)
        {
            if (squeezed[..length].Contains(word, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private static string Squeeze(string key) => string.Concat(key.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();

    private static string Mark(string key)
    {
        Span<char> lower = stackalloc char[MaxLength * 2];
        Span<(int Start, int End)> words = stackalloc (int, int)[MaxWords];
        var splitter = new Splitter(lower, words);
        splitter.Split(key.AsSpan(0, Math.Min(key.Length, MaxLength)));
        var longest = "";
        foreach (var (start, end) in words[..splitter.Count])
        {
            longest = end - start > longest.Length ? new string(lower[start..end]) : longest;
        }

        return longest;
    }

    /// <summary>Writes a name's words in lower case with a blank between.</summary>
    private ref struct Splitter(Span<char> lower, Span<(int Start, int End)> words)
    {
        private readonly Span<char> _lower = lower;
        private readonly Span<(int Start, int End)> _words = words;

        public int Length { get; private set; }

        public int Count { get; private set; }

        public void Split(ReadOnlySpan<char> name)
        {
            for (var i = 0; i < name.Length && Count < MaxWords - 3;)
            {
                if (!char.IsAsciiLetterOrDigit(name[i]))
                {
                    i++;
                    continue;
                }

                var start = i++;
                while (i < name.Length && char.IsAsciiLetterOrDigit(name[i]) && !Begins(name, start, i))
                {
                    i++;
                }

                Word(name[start..i]);
            }
        }

        /// <summary>
        /// At a capital behind a small letter (<c>apiKey</c>), at the last capital of several (<c>JWTToken</c>), at a digit behind letters.
        /// </summary>
        private static bool Begins(ReadOnlySpan<char> name, int start, int at) =>
            (char.IsAsciiLetterUpper(name[at])
                && (!char.IsAsciiLetterUpper(name[at - 1]) || (at + 1 < name.Length && char.IsAsciiLetterLower(name[at + 1])
                    && at - 1 > start)))
            || (char.IsAsciiDigit(name[at]) && !char.IsAsciiDigit(name[at - 1]) && at - start > 3);

        private void Word(scoped ReadOnlySpan<char> word)
        {
            Span<char> small = stackalloc char[word.Length];
            word.ToLowerInvariant(small);
            if (small.Length > 5 && NameWords.Of(small, out _) == WordRole.None)
            {
                // "licensekey", "resetcode".
                if ((small.EndsWith("key") && (NameWords.Of(small[..^3], out _) & WordRole.SecretKey) != WordRole.None)
                    || (small.EndsWith("code") && (NameWords.Of(small[..^4], out _) & WordRole.SecretCode) != WordRole.None))
                {
                    var length = small.EndsWith("key") ? 3 : 4;
                    Add(small[..^length]);
                    Add(small[^length..]);
                    return;
                }

                for (var i = 0; i < NameWords.Stems.Count; i++)
                {
                    var stem = NameWords.Stems[i];
                    var at = small.IndexOf(stem, StringComparison.Ordinal);
                    var rest = at < 0 ? default : small[(at + stem.Length)..];
                    if (at >= 0 && (i < NameWords.FreeStems || rest.IsEmpty || rest is "s" || NameWords.Of(rest, out _) != WordRole.None))
                    {
                        Add(small[..at]);
                        Add(rest is "s" ? small[at..] : stem);
                        Add(rest is "s" ? default : rest);
                        return;
                    }
                }
            }

            Add(small);
        }

        private void Add(scoped ReadOnlySpan<char> word)
        {
            if (word.IsEmpty || Count == MaxWords || Length + word.Length + 1 > _lower.Length)
            {
                return;
            }

            if (Length > 0)
            {
                _lower[Length++] = ' ';
            }

            word.CopyTo(_lower[Length..]);
            _words[Count++] = (Length, Length + word.Length);
            Length += word.Length;
        }
    }
}
