using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;

namespace OrionPlatform.Contracts;

/// <summary>What names and ids look like on the wire.</summary>
public static class Shapes
{
    /// <summary>An id: two letters that say of what, <c>_</c>, and up to 64 letters and digits.</summary>
    public const string Id = "^[a-z]{2}_[A-Za-z0-9]{1,64}$";

    /// <summary>Whether it has the form of an id.</summary>
    public static bool IsId(string text) => s_id.IsMatch(text);

    /// <summary>Whether it has the form of a tenant's short name.</summary>
    public static bool IsTenantName(string text) => s_tenantName.IsMatch(text);

    /// <summary>A tenant's short name.</summary>
    public const string TenantName = "^[a-z][a-z0-9-]{0,62}$";

    private static readonly Regex s_id = Whole(Id);
    private static readonly Regex s_tenantName = Whole(TenantName);

    /// <summary>The pattern in .NET's own sense, where a <c>$</c> also stands before a line's end.</summary>
    internal static Regex Whole(string pattern) =>
        new(pattern.TrimEnd('$') + @"\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);
}

/// <summary>Every text of a list has this shape, which is what <see cref="RegularExpressionAttribute"/> cannot say of a list.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class EachMatchesAttribute(string pattern)
    : ValidationAttribute("Each of {0} must match the regular expression '" + pattern + "'.")
{
    private readonly Regex _shape = Shapes.Whole(pattern);

    /// <summary>The shape of each.</summary>
    public string Pattern { get; } = pattern;

    /// <inheritdoc/>
    public override bool IsValid(object? value) =>
        value is not IEnumerable<string?> texts || texts.All(t => t is not null && _shape.IsMatch(t));
}
