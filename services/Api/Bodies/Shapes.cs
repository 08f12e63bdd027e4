using System.Text.RegularExpressions;

namespace OrionPlatform.Api;

/// <summary>What names and ids look like from outside. Whatever does not match is refused before the store is asked.</summary>
internal static partial class Shapes
{
    public const int RuntimeMaxLength = 63;
    public const string RuntimeShape = "lower-case letters, digits, '.', '_' or '-', beginning with a letter or digit";
    public const string NodeNameShape = "letters, digits, '.', '_' or '-', beginning with a letter or digit";

    [GeneratedRegex(@"^[a-z0-9][a-z0-9._-]{0,62}\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    public static partial Regex Runtime();

    public const string TenantNameShape = "1 to 63 lower-case letters, digits or '-', beginning with a letter";

    [GeneratedRegex(@"^[a-z][a-z0-9-]{0,62}\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    public static partial Regex TenantName();

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    public static partial Regex NodeName();

    [GeneratedRegex(@"^[a-z]{2}_[A-Za-z0-9]{1,64}\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    public static partial Regex Id();

    [GeneratedRegex(@"^[\x21-\x7E]{1,255}\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    public static partial Regex IdempotencyKey();
}
