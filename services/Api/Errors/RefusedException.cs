using Orion.Telemetry.Errors;

namespace OrionPlatform.Api;

/// <summary>
/// A request that is refused, with what its caller is told. Thrown before any effect, or inside a write, which undoes it.
/// </summary>
internal sealed class RefusedException(CatalogueError error, string? detail = null) : Exception(detail ?? error.Title)
{
    public CatalogueError Error { get; } = error;

    /// <summary>The sentence that says what is wrong this time; null when the title says it all.</summary>
    public string? Detail { get; } = detail;

    /// <summary>When another try may succeed; null when none will.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>A member, parameter or header that is not what it must be; the sentence names it.</summary>
    public static RefusedException Invalid(string detail) => new(ErrorCatalogue.InvalidField, detail);
}
