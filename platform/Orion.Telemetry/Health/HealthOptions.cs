namespace Orion.Telemetry.Health;

/// <summary>Settings of the health endpoints, section <c>Orion:Health</c>.</summary>
public sealed class HealthOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Orion:Health";

    /// <summary>
    /// Key that callers show (<c>Authorization: Bearer ...</c>) to see details, at least 16 characters; without one nobody sees them.
    /// </summary>
    public string? Key { get; set; }

    internal static string? Problem(HealthOptions options) =>
        options.Key is { Length: > 0 and < 16 } ? "Orion:Health:Key must have at least 16 characters." : null;
}
