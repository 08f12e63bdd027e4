using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Orion.Sink.Audit;
using Orion.Telemetry.Correlation;

namespace Orion.Telemetry.Audit;

/// <summary>Makes audit entries fit to be kept: they say when and in which flow they were made, and are redacted.</summary>
public sealed class AuditEntries
{
    private static readonly JsonSerializerOptions s_json = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private readonly Redactor _redactor;
    private readonly TimeProvider _time;

    internal AuditEntries(Redactor redactor, TimeProvider time) => (_redactor, _time) = (redactor, time);

    /// <summary>The entry as it may be kept, which is the entry given.</summary>
    /// <exception cref="AuditMetadataException">Its metadata has a key that is not allowed; the message names it.</exception>
    public AuditEntry Complete(AuditEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        entry.Time ??= _time.GetUtcNow();
        if (entry.CorrelationId is null && CorrelationId.Current is { } correlation)
        {
            entry.CorrelationId = correlation;
            entry.TraceId ??= Activity.Current?.TraceId.ToHexString();
        }

        _redactor.Clean(entry);
        return entry;
    }

    /// <summary>The same as text, to be committed with what the entry tells of; <see cref="Parse"/> reads it.</summary>
    /// <exception cref="AuditMetadataException">Its metadata has a key that is not allowed; the message names it.</exception>
    public string Text(AuditEntry entry) => JsonSerializer.Serialize(Complete(entry), s_json);

    /// <summary>The entry that <see cref="Text"/> wrote.</summary>
    /// <exception cref="JsonException">It did not.</exception>
    public static AuditEntry Parse(string text) =>
        JsonSerializer.Deserialize<AuditEntry>(text, s_json) ?? throw new JsonException("It is no audit entry.");
}
