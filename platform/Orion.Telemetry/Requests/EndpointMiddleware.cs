using Microsoft.AspNetCore.Http;
using Orion.Telemetry.CanonicalLines;

namespace Orion.Telemetry.Requests;

/// <summary>First of the application's own pipeline, where the endpoint is known: leaves untraced ones alone, and sees who left.</summary>
internal sealed class EndpointMiddleware(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (CanonicalLineContext.Current is { Untraced: false } scope && ReferenceEquals(scope.Root, System.Diagnostics.Activity.Current))
        {
            var facts = RouteFacts.Of(context);
            scope.Facts = facts;
            scope.Route = facts.Route;
            if (facts.Untraced)
            {
                TracingMiddleware.Discard(scope);
            }
        }

        var pipeline = next(context);
        return pipeline.IsCompletedSuccessfully ? pipeline : WatchAsync(pipeline, context);
    }

    private static async Task WatchAsync(Task pipeline, HttpContext context)
    {
        try
        {
            await pipeline;
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException
            && context.RequestAborted.IsCancellationRequested)
        {
            // A client that left, perhaps in the middle of its answer: further out, the exception handler ends that as if the answer were
            // whole.
            CanonicalLineContext.Current?.Aborted = true;
            throw;
        }
    }
}
