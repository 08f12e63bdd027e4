using System.Globalization;
using Microsoft.AspNetCore.Http;
using Orion.Sink.Otlp;

namespace Orion.Telemetry.Errors;

/// <summary>Writes answers of OTLP: what its senders read, where others get a problem document.</summary>
public static class OtlpRefusals
{
    // Of OTLP's answers that a sender is to repeat its request after.
    private const int RetryAfterSeconds = 1;

    /// <summary>Answers a request.</summary>
    /// <param name="http">The request, whose answer has not begun.</param>
    /// <param name="answer">What to say.</param>
    public static async Task WriteAsync(HttpContext http, OtlpAnswer answer)
    {
        var response = http.Response;
        response.StatusCode = answer.Status;
        response.ContentType = answer.ContentType;
        response.ContentLength = answer.Body.Length;
        if (answer.Status is StatusCodes.Status503ServiceUnavailable && response.Headers.RetryAfter.Count == 0)
        {
            response.Headers.RetryAfter = RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        }

        await response.Body.WriteAsync(answer.Body, http.RequestAborted);
    }
}
