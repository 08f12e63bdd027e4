using System.ComponentModel.DataAnnotations;

namespace Orion.OpsPanel;

/// <summary>Settings of the panel, section <c>Orion:Ops</c>.</summary>
public sealed class OpsPanelOptions : IValidatableObject
{
    /// <summary>The section's name.</summary>
    public const string Section = "Orion:Ops";

    /// <summary>
    /// One-time token of the first admin's login link; null or empty for none. At least 22 characters (128 bits in base64url).
    /// </summary>
    public string? LoginToken { get; set; }

    /// <summary>Live streams one session may have open, 1 to 64. A browser allows six connections to a host anyway.</summary>
    [Range(1, 64, ErrorMessage = "Orion:Ops:MaxStreamsPerSession must lie between 1 and 64.")]
    public int MaxStreamsPerSession { get; set; } = 6;

    /// <summary>Live streams of all sessions together, 1 to 10,000.</summary>
    [Range(1, 10_000, ErrorMessage = "Orion:Ops:MaxStreams must lie between 1 and 10000.")]
    public int MaxStreams { get; set; } = 200;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => LoginToken is { Length: > 0 and < 22 }
        ? [new("Orion:Ops:LoginToken must have at least 22 characters (128 random bits in base64url), or be empty.", [nameof(LoginToken)])]
        : [];
}
