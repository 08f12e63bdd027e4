using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OrionPlatform.Sink;

namespace OrionPlatform.ServiceDefaults;

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

/// <summary>Where audit entries are kept safe until they are in the audit log.</summary>
public interface IAuditOutbox
{
    /// <summary>Keeps an entry of <see cref="AuditEntries.Text"/>; false when that cannot be done now.</summary>
    Task<bool> TryAddAsync(string entry);
}

/// <summary>Puts audit entries into a service.</summary>
public static class AuditEntriesExtensions
{
    /// <summary>
    /// Registers <see cref="AuditEntries"/> and the redaction that they need, also in a program without <c>AddServiceDefaults</c>.
    /// </summary>
    public static IServiceCollection AddAuditEntries(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddRedaction();
        services.TryAddSingleton(s => new AuditEntries(s.GetRequiredService<Redactor>(), s.GetRequiredService<TimeProvider>()));
        return services;
    }

    internal static void AddRedaction(this IServiceCollection services)
    {
        if (services.All(s => s.ServiceType != typeof(Redactor)))
        {
            services.AddCapability<SanitizeOptions>(SanitizeOptions.Section, SanitizeOptions.Problem);
            services.TryAddSingleton<Sanitizer>();
            services.AddSingleton<Redactor>();
        }
    }
}
