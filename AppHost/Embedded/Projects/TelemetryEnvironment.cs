using Microsoft.Extensions.Hosting;

namespace OrionPlatform.AppHost;

/// <summary>
/// The OpenTelemetry variables a project gets, as from Aspire. Left out on purpose: those that switch off the redaction of
/// query strings and capture message contents. OTEL_EXPORTER_OTLP_* reach the project when the AppHost itself has them.
/// </summary>
internal static class TelemetryEnvironment
{
    private const string Millisecond = "1000";

    public static void AddTo(IResourceBuilder<ProjectResource> project)
    {
        var name = project.Resource.Name;
        var development = project.ApplicationBuilder.Environment.IsDevelopment();
        project.WithEnvironment(context =>
        {
            var variables = context.EnvironmentVariables;
            variables["OTEL_SERVICE_NAME"] = name;
            variables["OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY"] = "in_memory";
            variables["LOGGING__CONSOLE__FORMATTERNAME"] = "simple";
            if (ResourceConsole.ColorsWanted)
            {
                variables["DOTNET_SYSTEM_CONSOLE_ALLOW_ANSI_COLOR_REDIRECTION"] = "true";
            }

            if (development)
            {
                variables["OTEL_BLRP_SCHEDULE_DELAY"] = Millisecond;
                variables["OTEL_BSP_SCHEDULE_DELAY"] = Millisecond;
                variables["OTEL_METRIC_EXPORT_INTERVAL"] = Millisecond;
                variables["OTEL_TRACES_SAMPLER"] = "always_on";
                variables["OTEL_METRICS_EXEMPLAR_FILTER"] = "trace_based";
            }
        });
    }
}
