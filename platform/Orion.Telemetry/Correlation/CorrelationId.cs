using Orion.Telemetry.CanonicalLines;

namespace Orion.Telemetry.Correlation;

/// <summary>The id that joins a request to its callers and its consequences, carried in <c>X-Correlation-ID</c>.</summary>
public static class CorrelationId
{
    /// <summary>The header's name.</summary>
    public const string Header = "X-Correlation-ID";

    /// <summary>Characters of the longest id that is accepted.</summary>
    public const int MaxLength = 128;

    /// <summary>The current flow's id, or null outside a request or job.</summary>
    public static string? Current => CanonicalLineContext.Current is { Untraced: false } scope ? scope.CorrelationId : null;

    /// <summary>
    /// Whether a caller's id is taken over: 1 to 128 letters, digits, dots, underscores, hyphens. Anything else could be content.
    /// </summary>
    public static bool IsAcceptable(string? id) =>
        id is { Length: > 0 and <= MaxLength } && !id.AsSpan().ContainsAnyExcept(s_allowed);

    private static readonly System.Buffers.SearchValues<char> s_allowed =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
}
