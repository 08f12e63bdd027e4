namespace OrionPlatform.AppHost;

/// <summary>The rules of a resource's name, the same as Aspire's.</summary>
internal static class ResourceNames
{
    private const int MaxLength = 64;

    public static void Check(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (Fault(name) is { } fault)
        {
            throw new DistributedApplicationException($"'{name}' cannot name a resource: {fault}.");
        }
    }

    private static string? Fault(string name) => name switch
    {
        "" => "a name has at least one character",
        { Length: > MaxLength } => $"a name has at most {MaxLength} characters",
        _ when !char.IsAsciiLetter(name[0]) => "a name begins with a letter",
        _ when name.Any(c => !char.IsAsciiLetterOrDigit(c) && c != '-') => "a name has only ASCII letters, digits and hyphens",
        _ when name.Contains("--", StringComparison.Ordinal) => "a name has no two hyphens in a row",
        _ when name.EndsWith('-') => "a name does not end with a hyphen",
        _ => null,
    };
}
