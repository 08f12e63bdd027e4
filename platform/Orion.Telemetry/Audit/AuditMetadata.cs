using System.Text.Json;

namespace Orion.Telemetry.Audit;

/// <summary>
/// What an audit entry's metadata may say. The list is closed, so that nothing that must not be kept for years gets in by being
/// convenient once; a new key is a decision, made here.
/// </summary>
public static class AuditMetadata
{
    private const int MaxKeyShown = 64;

    /// <summary>The keys there are.</summary>
    public static IReadOnlyList<string> Keys { get; } =
    [
        "reason", "policy_key", "old_value", "new_value", "status_from", "status_to", "error_code", "request_scope", "idempotency_key_hash",
        "provider_ref",
        "allocation_id", "node_id",
    ];

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

    private static string Known(string key) => Keys.Contains(key, StringComparer.Ordinal) ? key
        : throw new AuditMetadataException($"Audit metadata has the key '{(key.Length > MaxKeyShown ? key[..MaxKeyShown] : key)}', which is not allowed; allowed are {string.Join(", ", Keys)}.");
}

/// <summary>An audit entry's metadata is not what it may be; the entry is not stored.</summary>
public sealed class AuditMetadataException(string message) : ArgumentException(message);
