using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace OrionPlatform.ServiceDefaults;

/// <summary>
/// Decides by a field's name whether its value must not be kept. Case and separators do not matter: <c>ssh_private_key</c>,
/// <c>SshPrivateKey</c> and <c>ssh-private-key</c> are one name.
/// </summary>
internal sealed class SensitiveKeys
{
    /// <summary>Sensitive wherever they occur in a name.</summary>
    private static readonly string[] s_anywhere =
    [
        "password", "passwd", "passphrase", "secret", "accesstoken", "refreshtoken", "idtoken", "jointoken", "logintoken", "privatekey", "apikey",
        "stripecustomerid", "paymentreference", "schedulermetadata", "credential", "connectionstring", "email", "username", "cardnumber",
    ];

    /// <summary>Sensitive only as a name's last word: <c>http.request.header.authorization</c> is, <c>authorization.cache</c> is not.</summary>
    private static readonly string[] s_last = ["token", "authorization", "cookie", "pwd", "otp", "cvv", "cvc", "ssn", "iban", "pin"];

    /// <summary>Under these names stands SQL.</summary>
    private static readonly string[] s_sql = ["db.query.text", "db.statement", "sql", "commandText"];

    private readonly string[] _anywhere;

    // Bounded: a direct-mapped table of 1,024 entries, for the interned literals that nearly all names are; a collision overwrites.
    private readonly Entry?[] _byReference = new Entry?[1024];

    // Bounded: cleared when it holds 4,096 names; it only saves the work of judging them again.
    private readonly ConcurrentDictionary<string, KeyVerdict> _byName = new(StringComparer.Ordinal);

    private readonly Func<string, string> _clean;

    /// <param name="extra">Further sensitive names.</param>
    /// <param name="clean">Makes a name that may be kept of one that may hold a secret itself.</param>
    public SensitiveKeys(IEnumerable<string> extra, Func<string, string> clean)
    {
        _anywhere = [.. s_anywhere, .. extra.Select(Squeeze).Where(k => k.Length > 2)];
        _clean = clean;
    }

    /// <summary>What is known of a name: whether its value is redacted, and the name as it may be kept.</summary>
    public KeyVerdict Of(string key)
    {
        ref var slot = ref _byReference[RuntimeHelpers.GetHashCode(key) & 1023];
        var entry = Volatile.Read(ref slot);
        if (entry is not null && ReferenceEquals(entry.Key, key))
        {
            return entry.Verdict;
        }

        if (!_byName.TryGetValue(key, out var verdict))
        {
            verdict = new KeyVerdict(IsSensitive(key), s_sql.Contains(key, StringComparer.OrdinalIgnoreCase), _clean(key));
            if (_byName.Count >= 4096)
            {
                _byName.Clear();
            }

            if (key.Length <= 128)
            {
                _byName[key] = verdict;
            }
        }

        if (key.Length <= 128)
        {
            Volatile.Write(ref slot, new Entry(key, verdict));
        }

        return verdict;
    }

    private bool IsSensitive(string key)
    {
        var squeezed = Squeeze(key.Length > 512 ? key[..512] : key);
        foreach (var word in _anywhere)
        {
            if (squeezed.Contains(word, StringComparison.Ordinal))
            {
                return true;
            }
        }

        var last = LastWord(key);
        return Array.Exists(s_last, w => w.Equals(last, StringComparison.OrdinalIgnoreCase));
    }

    private static string Squeeze(string key) => string.Concat(key.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();

    private static string LastWord(string key)
    {
        var end = key.Length;
        while (end > 0 && !char.IsAsciiLetter(key[end - 1]))
        {
            end--;
        }

        var start = end;
        while (start > 0 && char.IsAsciiLetter(key[start - 1]))
        {
            start--;
            if (start > 0 && char.IsAsciiLetterUpper(key[start]) && char.IsAsciiLetterLower(key[start - 1]))
            {
                break;
            }
        }

        return key[start..end];
    }

    private sealed record Entry(string Key, KeyVerdict Verdict);
}

/// <summary>What the gate does with a field of some name.</summary>
/// <param name="Sensitive">Its value is redacted whatever it is.</param>
/// <param name="Sql">Its value is SQL, of which the literals are redacted.</param>
/// <param name="Clean">The name without secrets in it; the same instance when there are none.</param>
internal sealed record KeyVerdict(bool Sensitive, bool Sql, string Clean);
