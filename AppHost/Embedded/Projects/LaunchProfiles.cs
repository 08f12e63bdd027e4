using System.Text.Json;
using Microsoft.Extensions.Configuration;

namespace OrionPlatform.AppHost;

/// <summary>What a project's Properties/launchSettings.json adds: endpoints from applicationUrl, and variables that AppHost.cs does not set itself.</summary>
internal static class LaunchProfiles
{
    private static readonly JsonDocumentOptions s_lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    public static void Apply(IResourceBuilder<ProjectResource> builder, IProjectMetadata project, ProjectResourceOptions options)
    {
        if (options.ExcludeLaunchProfile || Choose(builder, project, options) is not { } chosen)
        {
            return;
        }

        foreach (var url in (Text(chosen.Profile, "applicationUrl") ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            AddEndpoint(builder, chosen.Name, url);
        }

        builder.WithEnvironment("DOTNET_LAUNCH_PROFILE", chosen.Name);
        if (chosen.Profile.TryGetProperty("environmentVariables", out var variables))
        {
            foreach (var variable in variables.EnumerateObject())
            {
                builder.WithEnvironment(context => context.EnvironmentVariables.TryAdd(variable.Name, variable.Value.ToString()));
            }
        }
    }

    private static (string Name, JsonElement Profile)? Choose(IResourceBuilder<ProjectResource> builder, IProjectMetadata project, ProjectResourceOptions options)
    {
        var file = Path.Combine(Path.GetDirectoryName(project.ProjectPath)!, "Properties", "launchSettings.json");
        var profiles = File.Exists(file) ? Read(builder.Resource.Name, file) : [];
        if (options.LaunchProfileName is { } wanted)
        {
            return profiles.TryGetValue(wanted, out var profile)
                ? (wanted, profile)
                : throw new DistributedApplicationException($"Resource '{builder.Resource.Name}' asks for launch profile '{wanted}', which {file} does not have.");
        }

        var configuration = builder.ApplicationBuilder.Configuration;
        var common = configuration["AppHost:DefaultLaunchProfileName"] ?? configuration["DOTNET_LAUNCH_PROFILE"];
        return common is not null && profiles.TryGetValue(common, out var shared)
            ? (common, shared)
            : profiles.Where(p => Text(p.Value, "commandName") == "Project").Select(p => ((string, JsonElement)?)(p.Key, p.Value)).FirstOrDefault();
    }

    private static Dictionary<string, JsonElement> Read(string resource, string file)
    {
        try
        {
            using var settings = JsonDocument.Parse(File.ReadAllText(file), s_lenient);
            return settings.RootElement.TryGetProperty("profiles", out var profiles) ? profiles.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.Clone()) : [];
        }
        catch (JsonException e)
        {
            throw new DistributedApplicationException($"{file}, used by resource '{resource}', is not JSON: {e.Message}", e);
        }
    }

    private static void AddEndpoint(IResourceBuilder<ProjectResource> builder, string profile, string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri))
        {
            throw new DistributedApplicationException($"Launch profile '{profile}' of resource '{builder.Resource.Name}' has the URL '{url}', which is not absolute.");
        }

        // There is no TLS in the embedded engine; a profile that also listens on https is run with its http endpoint.
        if (uri.Scheme == "http")
        {
            builder.WithHttpEndpoint(uri.Port == 0 ? null : uri.Port);
        }
    }

    private static string? Text(JsonElement profile, string property) => profile.TryGetProperty(property, out var value) ? value.GetString() : null;
}
