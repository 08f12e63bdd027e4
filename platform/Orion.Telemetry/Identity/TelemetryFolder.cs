using System.Data.Common;
using Microsoft.Extensions.Configuration;

namespace Orion.Telemetry.Identity;

/// <summary>The sink's folder, from the connection string <c>telemetry</c>: <c>Directory=...</c>.</summary>
internal static class TelemetryFolder
{
    public static string? Of(IConfiguration configuration)
    {
        if (configuration.GetConnectionString("telemetry") is not { Length: > 0 } text)
        {
            return null;
        }

        try
        {
            var parts = new DbConnectionStringBuilder { ConnectionString = text };
            if (parts.TryGetValue("Directory", out var folder) && folder is string { Length: > 0 } path)
            {
                return Path.GetFullPath(path);
            }
        }
        catch (ArgumentException)
        {
            // Said below, without the text itself.
        }

        throw new InvalidOperationException("ConnectionStrings:telemetry must have the form \"Directory=<folder>\".");
    }
}
