using System.ComponentModel.DataAnnotations;

namespace Orion.Telemetry.Health;

/// <summary>Settings of the health endpoints, section <c>Orion:Health</c>.</summary>
public sealed class HealthOptions : IValidatableObject
{
    /// <summary>The section's name.</summary>
    public const string Section = "Orion:Health";

    /// <summary>
    /// Key that callers show (<c>Authorization: Bearer ...</c>) to see details, at least 16 characters; without one nobody sees them.
    /// </summary>
    public string? Key { get; set; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        Key is { Length: > 0 and < 16 } ? [new("Orion:Health:Key must have at least 16 characters, or be empty.", [nameof(Key)])] : [];
}
