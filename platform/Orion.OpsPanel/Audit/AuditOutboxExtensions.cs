using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Orion.Telemetry.Audit;

namespace Orion.OpsPanel.Audit;

/// <summary>Puts the audit outbox into a service.</summary>
public static class AuditOutboxExtensions
{
    /// <summary>
    /// Audit entries of this service are committed in the store and copied into the audit log. It needs what <c>AddServiceDefaults</c>
    /// registers for a service with a telemetry folder, and what <c>AddDomainStore</c> registers. Called by <c>AddOpsPanel</c>.
    /// </summary>
    public static TBuilder AddAuditOutbox<TBuilder>(this TBuilder builder) where TBuilder : IHostApplicationBuilder
    {
        var services = builder.Services;
        if (services.Any(s => s.ServiceType == typeof(AuditOutbox)))
        {
            return builder;
        }

        services.AddAuditEntries().TryAddSingleton<AuditTrail>();
        services.AddSingleton<AuditOutbox>().AddSingleton<IAuditOutbox>(s => s.GetRequiredService<AuditOutbox>());
        services.AddHostedService(s => s.GetRequiredService<AuditOutbox>());
        services.AddHealthChecks().AddCheck<AuditHealthCheck>("audit");
        return builder;
    }
}
