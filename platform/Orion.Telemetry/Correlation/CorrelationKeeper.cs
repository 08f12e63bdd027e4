using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Orion.Telemetry.Correlation;

/// <summary>
/// Asked before all that answer exceptions: the middleware has cleared the answer's headers, and the correlation id belongs on every
/// answer.
/// </summary>
internal sealed class CorrelationKeeper : IExceptionHandler
{
    public ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (CorrelationId.Current is { } id)
        {
            httpContext.Response.Headers[CorrelationId.Header] = id;
        }

        return ValueTask.FromResult(false);
    }
}
