using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Orion.Redaction;

/// <summary>What is known of fields' names, so that each is judged once.</summary>
internal sealed class SensitiveKeys
{
    /// <summary>Under these names stands SQL.</summary>
    private static readonly string[] s_sql = ["db.query.text", "db.statement", "sql", "commandText"];

    // Bounded: a direct-mapped table of 1,024 entries, for the interned literals that nearly all names are; a collision overwrites.
    private readonly Entry?[] _byReference = new Entry?[1024];

    // Bounded: cleared when it holds 4,096 names; it only saves the work of judging them again.
    private readonly ConcurrentDictionary<string, KeyVerdict> _byName = new(StringComparer.Ordinal);

    private readonly SensitiveNames _names;
    private readonly Func<string, string> _clean;

    /// <param name="names">Judges a name.</param>
    /// <param name="clean">Makes a name that may be kept of one that may hold a secret itself.</param>
    public SensitiveKeys(SensitiveNames names, Func<string, string> clean) => (_names, _clean) = (names, clean);

    /// <summary>What is known of a name: what it says of its value, and the name as it may be kept.</summary>
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
            verdict = new KeyVerdict(_names.Of(key), s_sql.Contains(key, StringComparer.OrdinalIgnoreCase), _clean(key));
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

    private sealed record Entry(string Key, KeyVerdict Verdict);
}

/// <summary>What redaction does with a field of some name.</summary>
/// <param name="Kind">What the name says of its value.</param>
/// <param name="Sql">Its value is SQL, of which the literals are redacted.</param>
/// <param name="Clean">The name without secrets in it; the same instance when there are none.</param>
internal sealed record KeyVerdict(NameKind Kind, bool Sql, string Clean);
