namespace Orion.Telemetry.Errors;

/// <summary>A refusal as callers see it.</summary>
/// <param name="Code">Stable code, snake_case: <c>project_not_found</c>.</param>
/// <param name="Status">HTTP status.</param>
/// <param name="Title">One clear sentence, the same every time.</param>
public sealed record CatalogueError(string Code, int Status, string Title);

/// <summary>The platform's error codes; a product has its own beside them, as further <see cref="CatalogueError"/>s.</summary>
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

    /// <summary>The body is not JSON.</summary>
    public static readonly CatalogueError InvalidJson = new("invalid_json", 400, "The body is not valid JSON.");

    /// <summary>The body has a member that the endpoint does not know; the detail names it.</summary>
    public static readonly CatalogueError UnknownMember = new("unknown_member", 400, "The body has an unknown member.");

    /// <summary>A member or parameter is missing, of the wrong type, or out of range; the detail names it.</summary>
    public static readonly CatalogueError InvalidField = new("invalid_field", 400, "A field of the request is not valid.");

    /// <summary>A mutation came without the header that makes it safe to repeat.</summary>
    public static readonly CatalogueError IdempotencyKeyRequired =
        new("idempotency_key_required", 400, "The Idempotency-Key header is required.");

    /// <summary>The key is empty, too long, or not printable ASCII.</summary>
    public static readonly CatalogueError IdempotencyKeyInvalid =
        new("idempotency_key_invalid", 400, "The Idempotency-Key header is not valid.");

    /// <summary>The key was used for a different request.</summary>
    public static readonly CatalogueError IdempotencyKeyReused =
        new("idempotency_key_reused", 422, "The Idempotency-Key was used before for a different request.");

    /// <summary>The route exists, but not for this method.</summary>
    public static readonly CatalogueError MethodNotAllowed = new("method_not_allowed", 405, "The method is not allowed here.");

    /// <summary>The body took too long to arrive.</summary>
    public static readonly CatalogueError RequestTimeout = new("request_timeout", 408, "The request took too long to arrive.");

    /// <summary>Somebody reported on work that was handed out again or taken back.</summary>
    public static readonly CatalogueError LeaseLost = new("lease_lost", 409, "The work is no longer the caller's to report on.");

    /// <summary>The body is larger than the endpoint takes.</summary>
    public static readonly CatalogueError BodyTooLarge = new("body_too_large", 413, "The body is too large.");

    /// <summary>The body is of a kind the endpoint does not read.</summary>
    public static readonly CatalogueError UnsupportedMediaType = new("unsupported_media_type", 415, "The content type is not supported.");

    /// <summary>A job's attempt failed; the message says how.</summary>
    public static readonly CatalogueError JobFailed = new("job_failed", 500, "The job failed.");

    /// <summary>Too many writes wait; nothing was done and the request may be tried again.</summary>
    public static readonly CatalogueError StoreBusy = new("store_busy", 503, "The store is busy; try again shortly.");

    /// <summary>The database does not take writes (disk full, I/O error); nothing was done and the request may be tried again.</summary>
    public static readonly CatalogueError StoreFailed = new("store_failed", 503, "The store cannot be written; nothing was done.");

    /// <summary>The database went away while it committed: done wholly or not at all. The same Idempotency-Key finds out which.</summary>
    public static readonly CatalogueError StoreOutcomeUnknown = new(
        "store_outcome_unknown", 500, "Whether it was done is not known; the same request with the same Idempotency-Key finds out.");

    /// <summary>The body lacks a required member; the detail names it.</summary>
    public static readonly CatalogueError MissingMember = new("missing_member", 400, "The body lacks a required member.");

    /// <summary>No representation that the caller accepts.</summary>
    public static readonly CatalogueError NotAcceptable = new("not_acceptable", 406, "There is no representation that the caller accepts.");

    /// <summary>The state of the resource does not allow it.</summary>
    public static readonly CatalogueError Conflict = new("conflict", 409, "The state of the resource does not allow this.");

    /// <summary>The caller sends more than it may.</summary>
    public static readonly CatalogueError TooManyRequests = new("too_many_requests", 429, "The caller sends too many requests.");

    /// <summary>
    /// The tenant, or all of them together, have as many live streams open as there may be; the detail says how many that is.
    /// </summary>
    public static readonly CatalogueError TooManyStreams = new("too_many_streams", 429, "Too many live streams are open.");

    /// <summary>The service cannot take the request at the moment.</summary>
    public static readonly CatalogueError Unavailable = new("unavailable", 503, "The service cannot take the request at the moment.");

    /// <summary>Something the request depends on did not answer in time.</summary>
    public static readonly CatalogueError UpstreamTimeout =
        new("upstream_timeout", 504, "Something the request depends on did not answer in time.");

    /// <summary>The error of a bare status that nothing more is known about.</summary>
    public static CatalogueError OfStatus(int status) => status switch
    {
        401 => Unauthenticated,
        403 => Forbidden,
        404 => NotFound,
        405 => MethodNotAllowed,
        406 => NotAcceptable,
        408 => RequestTimeout,
        409 => Conflict,
        413 => BodyTooLarge,
        415 => UnsupportedMediaType,
        429 => TooManyRequests,
        503 => Unavailable,
        504 => UpstreamTimeout,
        >= 500 => Internal with { Status = status },
        _ => InvalidRequest with { Status = status },
    };
}
