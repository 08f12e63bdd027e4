using System.Text;
using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;

namespace Orion.Redaction;

/// <summary>Settings of redaction, section <c>Orion:Sanitize</c>.</summary>
public sealed class SanitizeOptions
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
    [Range(256, 1_048_576)]
    public int MaxLength { get; set; } = 16_384;

    internal static Regex Pattern(string text) => new(text, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    internal static string? Problem(SanitizeOptions options)
    {
        for (var i = 0; i < options.ExtraTokenPrefixes.Count; i++)
        {
            if (options.ExtraTokenPrefixes[i] is not { Length: >= 3 } prefix || !char.IsAsciiLetterOrDigit(prefix[0])
                || !Ascii.IsValid(prefix))
            {
                return $"{Section}:ExtraTokenPrefixes:{i}: A beginning has 3 ASCII characters or more, and a letter or digit first.";
            }
        }

        for (var i = 0; i < options.ExtraPatterns.Count; i++)
        {
            try
            {
                if (Pattern(options.ExtraPatterns[i]).IsMatch(""))
                {
                    return $"{Section}:ExtraPatterns:{i}: The pattern matches the empty text, and so every value.";
                }
            }
            catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
            {
                return $"{Section}:ExtraPatterns:{i}: {exception.Message}";
            }
        }

        return null;
    }
}
