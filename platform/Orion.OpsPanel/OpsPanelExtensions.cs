using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orion.OpsPanel;
using Orion.OpsPanel.Access;
using Orion.OpsPanel.Acts;
using Orion.OpsPanel.Audit;
using Orion.OpsPanel.Health;
using Orion.OpsPanel.Live;
using Orion.OpsPanel.Logs;
using Orion.OpsPanel.Metrics;
using Orion.OpsPanel.Overview;
using Orion.OpsPanel.People;
using Orion.OpsPanel.Shell;
using Orion.OpsPanel.Traces;
using Orion.Sink.Reading;
using Orion.Telemetry.CanonicalLines;
using Orion.Telemetry.Requests;
using Orion.Telemetry.ServerSentEvents;

namespace Microsoft.Extensions.Hosting;

/// <summary>Puts the ops panel into a service.</summary>
public static class OpsPanelExtensions
{
    /// <summary>
    /// Registers the panel. It needs what <c>AddServiceDefaults</c> registers for a service with a telemetry folder
    /// (<see cref="TelemetryReader"/>) and what <c>AddDomainStore</c> registers. Settings: section <c>Orion:Ops</c>, checked at start.
    /// </summary>
    public static TBuilder AddOpsPanel<TBuilder>(this TBuilder builder) where TBuilder : IHostApplicationBuilder
    {
        var services = builder.Services;
        services.AddOptions<OpsPanelOptions>().BindConfiguration(OpsPanelOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        builder.AddPanelAuthentication();
        services.AddAuthorization(OpsRoles.AddPolicies);
        services.AddSingleton<IStartupFilter, SecurityHeaders>();
        services.AddHostedService<StartupLink>();
        builder.AddAuditOutbox();
        services.AddSingleton<AuditLog>().AddSingleton<ActGuard>().AddFailedAuthentications();
        services.AddSingleton<HtmlPainter>().AddSingleton<StallNotice>().AddSingleton<PanelPages>().AddSingleton<TabPainter>()
            .AddSingleton<TabMemory>();
        services.AddSingleton<VersionSource>().AddSingleton<LivePulse>().AddSingleton<RenderCache>().AddSingleton<LiveStream>();
        services.AddSingleton(s => Limiter(s.GetRequiredService<Microsoft.Extensions.Options.IOptions<OpsPanelOptions>>().Value));
        services.AddSingleton<ITab, OverviewTab>().AddSingleton<ITab, TracesTab>().AddSingleton<ITab, TraceTab>()
            .AddSingleton<ITab, LogsTab>().AddSingleton<ITab, MetricsTab>().AddSingleton<ITab, HealthTab>()
            .AddSingleton<LocalVitalsReader>();
        services.AddSingleton<LoginEndpoints>().AddSingleton<TabEndpoints>().AddSingleton<PeopleEndpoints>().AddSingleton<ActEndpoints>()
            .AddSingleton<TraceExport>();
        return builder;
    }

    // Of sessions: the panel's own, so another kind of stream in the same service has streams apart.
    private static StreamConcurrencyLimiter Limiter(OpsPanelOptions options) => new(options.MaxStreams, options.MaxStreamsPerSession);

    /// <summary>
    /// Maps the panel at <c>/admin/ops</c>. Everything there but the login page and the assets demands a session with a role.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// Something the panel needs is not registered; the message says what and how to mend it.
    /// </exception>
    public static WebApplication MapOpsPanel(this WebApplication app)
    {
        if (app.Services.GetService<TelemetryReader>() is null)
        {
            throw new InvalidOperationException(
                "The ops panel reads the telemetry folder, but the connection string ConnectionStrings:telemetry is missing "
                + "(Directory=<folder>).");
        }

        var panel = app.MapGroup(PanelPath.Root)
            .WithMetadata(new UntracedAttribute(), new SurfaceAttribute("ops"), new RequestSizeLimitAttribute(16 * 1024));
        ((IEndpointConventionBuilder)panel).Finally(app.Services.GetRequiredService<ActGuard>().Protect);
        PanelAssets.Map(panel);
        app.Services.GetRequiredService<LoginEndpoints>().Map(panel);
        var readers = panel.MapGroup("").RequireAuthorization(OpsRoles.ViewerPolicy);
        app.Services.GetRequiredService<TabEndpoints>().Map(readers);
        app.Services.GetRequiredService<TraceExport>().Map(readers);
        app.Services.GetRequiredService<ActEndpoints>().Map(panel.MapGroup("/acts").RequireAuthorization(OpsRoles.OperatorPolicy));
        app.Services.GetRequiredService<PeopleEndpoints>().Map(panel.MapGroup("/people").RequireAuthorization(OpsRoles.AdminPolicy));
        return app;
    }
}
