namespace OrionPlatform.Services.Tests;

/// <summary>The secrets that the services of a test share.</summary>
internal static class ServiceSecrets
{
    public const string OtlpKey = "otlp-key-of-the-tests";

    /// <summary>The api's settings that hold them.</summary>
    public static IReadOnlyList<string> Settings { get; } = [$"--Orion:Otlp:ApiKey={OtlpKey}"];
}
