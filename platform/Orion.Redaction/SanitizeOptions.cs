using System.ComponentModel.DataAnnotations;
using System.Text;
using System.Text.RegularExpressions;

namespace Orion.Redaction;

/// <summary>Settings of redaction, section <c>Orion:Sanitize</c>.</summary>
public sealed class SanitizeOptions : IValidatableObject
{
    /// <summary>The section's name.</summary>
    public const string Section = "Orion:Sanitize";

    /// <summary>
    /// Further names of sensitive fields, in texts too; letter case and separators do not matter (<c>tax_id</c> also covers <c>TaxId</c>).
    /// </summary>
    public IList<string> ExtraKeys { get; } = [];

    /// <summary>
    /// Further beginnings of keys and tokens (<c>acme_</c>), 3 characters or more: a word of 12 that begins like this is redacted.
    /// </summary>
    public IList<string> ExtraTokenPrefixes { get; } = [];

    /// <summary>
    /// Further patterns: whatever they match in a value is redacted. .NET regular expressions without lookarounds and backreferences, which
    /// is what keeps them linear in the value's length.
    /// </summary>
    public IList<string> ExtraPatterns { get; } = [];

    /// <summary>Characters kept of one value, 256 to 1,048,576; the rest is cut off, between two words where it can be.</summary>
    [Range(256, 1_048_576, ErrorMessage = "Orion:Sanitize:MaxLength must lie between 256 and 1048576.")]
    public int MaxLength { get; set; } = 16_384;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        for (var i = 0; i < ExtraTokenPrefixes.Count; i++)
        {
            if (ExtraTokenPrefixes[i] is not { Length: >= 3 } prefix || !char.IsAsciiLetterOrDigit(prefix[0]) || !Ascii.IsValid(prefix))
            {
                yield return new(
                    $"{Section}:ExtraTokenPrefixes:{i}: A beginning has 3 ASCII characters or more, and a letter or digit first.",
                    [nameof(ExtraTokenPrefixes)]);
            }
        }

        for (var i = 0; i < ExtraPatterns.Count; i++)
        {
            if (PatternProblem(ExtraPatterns[i]) is { } problem)
            {
                yield return new($"{Section}:ExtraPatterns:{i}: {problem}", [nameof(ExtraPatterns)]);
            }
        }
    }

    internal static Regex Pattern(string text) => new(text, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    private static string? PatternProblem(string text)
    {
        try
        {
            return Pattern(text).IsMatch("") ? "The pattern matches the empty text, and so every value." : null;
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            return exception.Message;
        }
    }
}
