using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orion.Alerts;
using Orion.Alerts.Evaluation;
using Orion.Alerts.Rules;
using Orion.Sink.ServiceLevels;

namespace Microsoft.Extensions.Hosting;

/// <summary>Adds alerting to a service.</summary>
public static class AlertExtensions
{
    /// <summary>
    /// Evaluates the alert rules in this service. Needs the sink (<c>ConnectionStrings:telemetry</c>); run it in one service only.
    /// </summary>
    public static TBuilder AddAlerts<TBuilder>(this TBuilder builder) where TBuilder : IHostApplicationBuilder
    {
        builder.Services.AddOptions<AlertOptions>()
            .BindConfiguration(AlertOptions.Section)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<AlertRule, StaleWorkerRule>();
        builder.Services.AddSingleton<AlertRule, ServiceErrorRule>();
        builder.Services.AddSingleton<AlertRule>(sp =>
            SloBurnRule.Fast(sp.GetRequiredService<IOptions<AlertOptions>>(), sp.GetRequiredService<IOptions<SloOptions>>()));
        builder.Services.AddSingleton<AlertRule>(sp =>
            SloBurnRule.Slow(sp.GetRequiredService<IOptions<AlertOptions>>(), sp.GetRequiredService<IOptions<SloOptions>>()));
        builder.Services.AddHostedService<AlertEvaluator>();
        return builder;
    }
}
