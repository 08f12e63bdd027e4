using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Orion.Telemetry.Identity;

/// <summary>Who this process is in all telemetry.</summary>
public sealed class ServiceIdentity
{
    internal ServiceIdentity(string name, string instance, string environment)
    {
        Name = name;
        Instance = instance;
        Environment = environment;
        Version = Assembly.GetEntryAssembly()?.GetName().Version?.ToString(3) ?? "0.0.0";
    }

    /// <summary>OTel <c>service.name</c>: <c>api</c>.</summary>
    public string Name { get; }

    /// <summary>
    /// Unique among the instances that run at the same time, and the same again after a restart: <c>api</c>, <c>api-2</c>.
    /// </summary>
    public string Instance { get; }

    /// <summary>OTel <c>deployment.environment.name</c>, in lower case: <c>development</c>.</summary>
    public string Environment { get; }

    /// <summary>OTel <c>service.version</c>.</summary>
    public string Version { get; }

    /// <summary>Machine name.</summary>
    public string Host { get; } = System.Environment.MachineName;

    /// <summary>When the process started.</summary>
    public DateTimeOffset StartedAt { get; } = new(System.Diagnostics.Process.GetCurrentProcess().StartTime);

    /// <summary>The configured service name: <c>OTEL_SERVICE_NAME</c>, else the application's name.</summary>
    internal static string NameFrom(IConfiguration configuration, IHostEnvironment environment) =>
        Plain(configuration["OTEL_SERVICE_NAME"] is { Length: > 0 } name ? name : environment.ApplicationName);

    /// <summary>The instance id of <c>OTEL_RESOURCE_ATTRIBUTES</c>, if there is one.</summary>
    internal static string? InstanceIdFrom(IConfiguration configuration) =>
        (configuration["OTEL_RESOURCE_ATTRIBUTES"] ?? "").Split(',', StringSplitOptions.TrimEntries)
            .Where(p => p.StartsWith("service.instance.id=", StringComparison.Ordinal))
            .Select(p => Plain(Uri.UnescapeDataString(p["service.instance.id=".Length..])))
            .FirstOrDefault(p => p.Length > 0);

    /// <summary>Letters, digits, hyphen and dot only, as file names and accounts want it.</summary>
    private static string Plain(string name)
    {
        var plain = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' ? c : '-')).Trim('-', '.');
        return plain.Length == 0 ? "service" : plain[..Math.Min(plain.Length, 64)];
    }
}
