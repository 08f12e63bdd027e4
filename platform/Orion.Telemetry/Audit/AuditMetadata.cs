using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Orion.Telemetry.Audit;

/// <summary>
/// What an audit entry's metadata may say. The list is closed, so that nothing that must not be kept for years gets in by being
/// convenient once; a new key is a decision: a product makes it by <see cref="Allow"/>, where its service is put together.
/// </summary>
public static partial class AuditMetadata
{
    private const int MaxKeyShown = 64;

    // Replaced as a whole, so that whoever reads it meanwhile has one or the other.
    private static ImmutableSortedSet<string> s_keys = ImmutableSortedSet.Create(
        StringComparer.Ordinal,
        "reason", "policy_key", "old_value", "new_value", "status_from", "status_to", "error_code", "request_scope", "idempotency_key_hash",
        "provider_ref");

    /// <summary>The keys there are, in order.</summary>
    public static IReadOnlyList<string> Keys => s_keys;

    /// <summary>
    /// Adds keys of the product's own, for this process: ids of its entities, say. Every service that writes or copies entries has to know
    /// the same ones, so call it in what all services share.
    /// </summary>
    /// <exception cref="ArgumentException">A key is not snake_case, or longer than 64 characters.</exception>
    public static void Allow(params IEnumerable<string> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        var added = keys.ToList();
        if (added.Find(k => !SnakeCase().IsMatch(k)) is { } wrong)
        {
            throw new ArgumentException(
                $"'{wrong}' is no key of audit metadata: it has to be snake_case, of at most {MaxKeyShown} characters.", nameof(keys));
        }

        ImmutableInterlocked.Update(ref s_keys, s => s.Union(added));
    }

    /// <summary>The JSON of those pairs; those without a value are left out. Null when none is left.</summary>
    /// <exception cref="AuditMetadataException">A key is not on the list; the message names it.</exception>
    public static string? Of(params (string Key, string? Value)[] pairs)
    {
        var kept = pairs.Where(p => p.Value is not null).ToDictionary(p => Known(p.Key), p => p.Value);
        return kept.Count == 0 ? null : JsonSerializer.Serialize(kept);
    }

    /// <summary>Metadata as it may be kept: its keys checked, its values cleaned.</summary>
    /// <exception cref="AuditMetadataException">
    /// It is no JSON object of texts, or a key is not on the list; the message names it.
    /// </exception>
    internal static string? Clean(string? metadata, Func<string, string> clean)
    {
        if (metadata is null)
        {
            return null;
        }

        try
        {
            var pairs = JsonSerializer.Deserialize<Dictionary<string, string?>>(metadata) ?? [];
            return JsonSerializer.Serialize(pairs.ToDictionary(p => Known(p.Key), p => p.Value is null ? null : clean(p.Value)));
        }
        catch (JsonException)
        {
            throw new AuditMetadataException("Audit metadata must be a JSON object whose values are texts.");
        }
    }

    private static string Known(string key)
    {
        var keys = s_keys;
        return keys.Contains(key) ? key : throw new AuditMetadataException(
            $"Audit metadata has the key '{(key.Length > MaxKeyShown ? key[..MaxKeyShown] : key)}', which is not allowed; "
                + $"allowed are {string.Join(", ", keys)}.");
    }

    [GeneratedRegex("^[a-z][a-z0-9_]{0,63}\\z", RegexOptions.NonBacktracking)]
    private static partial Regex SnakeCase();
}

/// <summary>An audit entry's metadata is not what it may be; the entry is not stored.</summary>
public sealed class AuditMetadataException(string message) : ArgumentException(message);
