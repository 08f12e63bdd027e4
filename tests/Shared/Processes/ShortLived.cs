namespace OrionPlatform.Tests;

/// <summary>Settings of the runtime for a service that a test starts and ends soon after.</summary>
internal static class ShortLived
{
    /// <summary>
    /// Its code is optimised once nothing new was called for 5 s (in hexadecimal), and no profile of it is taken: most of a start's
    /// processor time goes into optimising what is never run again.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string>
    {
        ["DOTNET_TC_CallCountingDelayMs"] = "1388",
        ["DOTNET_TieredPGO"] = "0",
    };
}
