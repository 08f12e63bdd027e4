using System.Reflection;
using Microsoft.Extensions.Configuration.UserSecrets;

namespace OrionPlatform.AppHost;

/// <summary>What the project file wrote into this assembly.</summary>
internal static class OwnAssembly
{
    public static Assembly Assembly { get; } = typeof(OwnAssembly).Assembly;

    /// <summary>The project's folder, or the program's when that has been moved elsewhere.</summary>
    public static string ProjectDirectory { get; } = Metadata("AppHostDirectory") is { } directory && Directory.Exists(directory) ? directory : AppContext.BaseDirectory;

    public static string Configuration { get; } = Metadata("AppHostConfiguration") ?? "Debug";

    public static string? UserSecretsId { get; } = Assembly.GetCustomAttribute<UserSecretsIdAttribute>()?.UserSecretsId;

    public static string Version { get; } = Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    private static string? Metadata(string key) => Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(a => a.Key == key)?.Value;
}
