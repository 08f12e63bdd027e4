namespace OrionPlatform.Services.Tests;

/// <summary>The secrets that the services of a test share.</summary>
internal static class ServiceSecrets
{
    public const string JoinToken = "join-token-of-the-tests";
    public const string OtlpKey = "otlp-key-of-the-tests";
    public const string AgentKey = "otlp-key-of-the-agents";

    /// <summary>The api's settings that hold them.</summary>
    public static IReadOnlyList<string> Settings { get; } =
        [$"--Orion:Node:JoinToken={JoinToken}", $"--Orion:Otlp:ApiKey={OtlpKey}", $"--Orion:Otlp:Keys:agent:Key={AgentKey}"];
}
