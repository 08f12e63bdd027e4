using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OrionPlatform.ServiceDefaults;
using OrionPlatform.Watch;

namespace Microsoft.Extensions.Hosting;

/// <summary>Adds the watch to a service.</summary>
public static class WatchExtensions
{
    /// <summary>Evaluates the alert rules in this service. Needs the sink (<c>ConnectionStrings:telemetry</c>); run it in one service only.</summary>
    public static TBuilder AddWatch<TBuilder>(this TBuilder builder) where TBuilder : IHostApplicationBuilder
    {
        builder.Services.AddOptions<WatchOptions>()
            .BindConfiguration(WatchOptions.Section)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<AlertRule, StaleWorkerRule>();
        builder.Services.AddSingleton<AlertRule, ApiLatencyRule>();
        builder.Services.AddSingleton<AlertRule, ApiErrorRule>();
        builder.Services.AddSingleton<AlertRule, ServiceErrorRule>();
        builder.Services.AddSingleton<AlertRule>(sp => SloBurnRule.Fast(sp.GetRequiredService<IOptions<WatchOptions>>(), sp.GetRequiredService<IOptions<SloOptions>>()));
        builder.Services.AddSingleton<AlertRule>(sp => SloBurnRule.Slow(sp.GetRequiredService<IOptions<WatchOptions>>(), sp.GetRequiredService<IOptions<SloOptions>>()));
        builder.Services.AddHostedService<AlertEvaluator>();
        return builder;
    }
}
