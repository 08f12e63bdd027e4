using System.Net;
using Polly;
using Polly.Timeout;

namespace Orion.Telemetry.Outgoing;

/// <summary>When a call may be repeated: it failed in a way that passes, and a second execution cannot do harm.</summary>
internal static class SafeRetry
{
    /// <summary>A failure of the other side, not of the request.</summary>
    public static bool IsFailure(Outcome<HttpResponseMessage> outcome) =>
        outcome.Exception is HttpRequestException or TimeoutRejectedException
        || outcome.Result?.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.BadGateway
            or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    public static bool Allows(HttpRequestMessage request, Outcome<HttpResponseMessage> outcome)
    {
        if (!IsFailure(outcome) && outcome.Result is not { StatusCode: HttpStatusCode.TooManyRequests })
        {
            return false;
        }

        // A connection that was never made has carried nothing, so any request may try again; else only what is the same twice as once.
        var unsent = outcome.Exception is HttpRequestException
        {
            HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError,
        };
        return (unsent || IsIdempotent(request)) && IsReplayable(request.Content);
    }

    private static bool IsIdempotent(HttpRequestMessage request) =>
        request.Method == HttpMethod.Get || request.Method == HttpMethod.Head || request.Method == HttpMethod.Put
        || request.Method == HttpMethod.Delete || request.Method == HttpMethod.Options || request.Headers.Contains("Idempotency-Key");

    private static bool IsReplayable(HttpContent? content) => content is not StreamContent;
}
