using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.Extensions.DependencyInjection;

namespace OrionPlatform.AppHost;

/// <summary>What every service of the platform is given beyond what Aspire gives a project.</summary>
internal static class ServiceResources
{
    /// <summary>Debug or Release: what AppHost was built as, and its services with it.</summary>
    public static string BuildConfiguration { get; } =
        typeof(ServiceResources).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()?.Configuration ?? "Debug";

    public static IResourceBuilder<ProjectResource> WithServiceEnvironment(
        this IResourceBuilder<ProjectResource> service, string environment) => service
        // Aspire does not hand its own environment down, and a service without one would run as Production.
        .WithEnvironment("DOTNET_ENVIRONMENT", environment)
        .WithEnvironment(context =>
        {
            // Aspire turns these on in Development: query strings and prompts carry secrets there too.
            context.EnvironmentVariables["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] = "false";
            context.EnvironmentVariables["OTEL_DOTNET_EXPERIMENTAL_ASPNETCORE_DISABLE_URL_QUERY_REDACTION"] = "false";
            context.EnvironmentVariables["OTEL_DOTNET_EXPERIMENTAL_HTTPCLIENT_DISABLE_URL_QUERY_REDACTION"] = "false";

            if (context.ExecutionContext.Services.GetRequiredService<DistributedApplicationOptions>().DisableDashboard)
            {
                // Aspire names its dashboard's endpoint all the same. Without it AppHost's own OTEL_EXPORTER_OTLP_* reach the services,
                // where it has any.
                foreach (var name in (string[])["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_HEADERS"])
                {
                    context.EnvironmentVariables.Remove(name);
                }
            }
            else
            {
                // The dashboard ends before the services do: a last export that waits for it, or tries again, would hold up their end.
                context.EnvironmentVariables["OTEL_EXPORTER_OTLP_TIMEOUT"] = "1000";
                context.EnvironmentVariables.Remove("OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY");
            }
        });

    /// <summary>
    /// Starts the program that was built with AppHost instead of <c>dotnet run</c>, which Aspire would put in between: a process, 140 MB
    /// and two seconds of processor less for each service. A debugger and <c>dotnet watch</c> start it their own way.
    /// </summary>
    public static IResourceBuilder<ProjectResource> StartedAsBuilt(this IResourceBuilder<ProjectResource> service)
    {
        var configuration = service.ApplicationBuilder.Configuration;
        var project = service.Resource.GetProjectMetadata().ProjectPath;
        var folder = Path.GetDirectoryName(project)!;
        var name = Path.GetFileNameWithoutExtension(project) + (OperatingSystem.IsWindows() ? ".exe" : "");
        var program = Path.Combine(folder, "bin", BuildConfiguration, $"net{Environment.Version.Major}.{Environment.Version.Minor}", name);
        return service.ApplicationBuilder.ExecutionContext.IsPublishMode
            || configuration["DEBUG_SESSION_PORT"] is { Length: > 0 }
            || configuration["DOTNET_WATCH"] is { Length: > 0 }
            || !File.Exists(program)
            ? service
            : service
                .WithAnnotation(new ExecutableAnnotation { Command = program, WorkingDirectory = folder })
                .WithEnvironment("DOTNET_ROOT", Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..")));
    }

    /// <summary>The panel's one-time link: on the api in the dashboard, and once on the console when the api is healthy.</summary>
    public static IResourceBuilder<ProjectResource> WithOpsPanelLink(
        this IResourceBuilder<ProjectResource> api, ParameterResource loginToken)
    {
        var link = ReferenceExpression.Create($"{api.GetEndpoint("http")}/admin/ops/login?t={loginToken}");
        var said = 0;
        return api.WithUrl(link, "Ops panel").OnResourceReady(async (_, _, cancellationToken) =>
        {
            if (Interlocked.Exchange(ref said, 1) == 0)
            {
                Console.WriteLine("Ops panel: " + await link.GetValueAsync(cancellationToken));
            }
        });
    }
}
