using Orion.Alerts.Rules;

namespace OrionPlatform.Worker;

/// <summary>This product's alert rules, beside those of the platform; each has a runbook in docs/runbooks.</summary>
internal static class AlertRules
{
    internal static void AddAlertRules(this WebApplicationBuilder builder) => Add(builder.Services);

    internal static void Add(IServiceCollection services)
    {
        services.AddSingleton<AlertRule, ApiLatencyRule>();
        services.AddSingleton<AlertRule, ApiErrorRule>();
    }
}
