using System.Globalization;
using Microsoft.AspNetCore.Diagnostics;
using Orion.Store;
using Orion.Store.Idempotency;
using Orion.Telemetry.Errors;

namespace OrionPlatform.Api;

/// <summary>Answers the refusals that the api's own code throws. (The service defaults answer all others, and bare statuses.)</summary>
internal sealed class Refusals : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (Read(exception) is not { } refusal)
        {
            return false;
        }

        // Here and not where it is thrown: what the answer's headers were by then is gone.
        httpContext.Response.Headers.RetryAfter = refusal.RetryAfterSeconds?.ToString(CultureInfo.InvariantCulture);
        await Problems.AnswerAsync(httpContext, exception, refusal.Error, refusal.Detail);
        return true;
    }

    private static RefusedException? Read(Exception exception) => exception switch
    {
        RefusedException refused => refused,
        StoreBusyException => new RefusedException(ErrorCatalogue.StoreBusy) { RetryAfterSeconds = 1 },
        StoreFailedException => new RefusedException(ErrorCatalogue.StoreFailed) { RetryAfterSeconds = 1 },
        IdempotencyKeyReusedException => new RefusedException(ErrorCatalogue.IdempotencyKeyReused),
        _ => null,
    };
}
