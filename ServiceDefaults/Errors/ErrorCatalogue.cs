namespace OrionPlatform.ServiceDefaults;

/// <summary>A refusal as callers see it.</summary>
/// <param name="Code">Stable code, snake_case: <c>project_not_found</c>.</param>
/// <param name="Status">HTTP status.</param>
/// <param name="Title">One clear sentence, the same every time.</param>
public sealed record CatalogueError(string Code, int Status, string Title);

/// <summary>Every error code of the platform; there is no other place for one.</summary>
public static class ErrorCatalogue
{
    /// <summary>Something failed that should not have.</summary>
    public static readonly CatalogueError Internal = new("internal", 500, "The server failed to handle the request.");

    /// <summary>No credentials, or unknown or revoked ones.</summary>
    public static readonly CatalogueError Unauthenticated = new("unauthenticated", 401, "The request needs a valid API key.");

    /// <summary>Authenticated, but not allowed.</summary>
    public static readonly CatalogueError Forbidden = new("forbidden", 403, "The caller may not do this.");

    /// <summary>The body or a parameter is not valid; the detail says which.</summary>
    public static readonly CatalogueError InvalidRequest = new("invalid_request", 400, "The request is not valid.");

    /// <summary>Nothing of that id, or not the caller's.</summary>
    public static readonly CatalogueError NotFound = new("not_found", 404, "There is no such resource.");
}
