namespace OrionPlatform.Tests;

/// <summary>The secrets that AppHost generates.</summary>
internal static class GeneratedSecrets
{
    /// <summary>Their parameters, without the login token.</summary>
    public static readonly string[] Names = ["otlp-api-key"];
}
