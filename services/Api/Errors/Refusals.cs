using System.Diagnostics;
using OrionPlatform.ServiceDefaults;
using OrionPlatform.Store;

namespace OrionPlatform.Api;

/// <summary>Answers the refusals that the api's own code throws. (The service defaults answer the framework's, and bare statuses.)</summary>
internal static class Refusals
{
    private const int RetryAfterSeconds = 1;

    internal static void UseRefusals(this WebApplication app) => app.Use(async (http, next) =>
    {
        try
        {
            await next(http);
        }
        catch (Exception e) when (!http.Response.HasStarted && Read(e) is { } refusal)
        {
            if (refusal.Error.Status == StatusCodes.Status503ServiceUnavailable)
            {
                http.Response.Headers.RetryAfter = RetryAfterSeconds.ToString();
                Activity.Current.Fail(refusal.Error.Code, e);
                app.Logger.LogError(e, "Refused with {ErrorCode}.", refusal.Error.Code);
            }

            await Problems.Result(refusal.Error, refusal.Detail).ExecuteAsync(http);
        }
    });

    private static RefusedException? Read(Exception exception) => exception switch
    {
        RefusedException refused => refused,
        StoreBusyException => new RefusedException(ErrorCatalogue.StoreBusy),
        StoreFailedException => new RefusedException(ErrorCatalogue.StoreFailed),
        IdempotencyKeyReusedException => new RefusedException(ErrorCatalogue.IdempotencyKeyReused),
        _ => null,
    };
}
