using System.ComponentModel.DataAnnotations;

namespace OrionPlatform.ServiceDefaults;

/// <summary>Settings of the redaction gate, section <c>Orion:Sanitize</c>.</summary>
public sealed class SanitizeOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Orion:Sanitize";

    /// <summary>Further names of sensitive fields; letter case and separators do not matter (<c>tax_id</c> also covers <c>TaxId</c>).</summary>
    public IList<string> ExtraKeys { get; } = [];

    /// <summary>Characters kept of one value, 256 to 1,048,576; the rest is cut off, between two words where it can be.</summary>
    [Range(256, 1_048_576)]
    public int MaxLength { get; set; } = 16_384;
}
