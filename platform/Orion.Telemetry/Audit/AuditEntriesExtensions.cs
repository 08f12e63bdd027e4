using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orion.Redaction;

namespace Orion.Telemetry.Audit;

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
            services.AddOptions<SanitizeOptions>().BindConfiguration(SanitizeOptions.Section).ValidateDataAnnotations().ValidateOnStart();
            services.TryAddSingleton<Sanitizer>();
            services.AddSingleton<Redactor>();
        }
    }
}
