using Microsoft.AspNetCore.Http;

namespace OrionPlatform.ServiceDefaults;

/// <summary>First of the application's own pipeline, where the endpoint is known: leaves untraced ones alone, and answers exceptions with problems.</summary>
internal sealed class EndpointMiddleware(RequestDelegate next, ProblemWriter problems)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (LineScope.Current is { Untraced: false } scope && ReferenceEquals(scope.Root, System.Diagnostics.Activity.Current))
        {
            var facts = RouteFacts.Of(context);
            scope.Facts = facts;
            scope.Route = facts.Route;
            if (facts.Untraced)
            {
                TracingMiddleware.Discard(scope);
            }
        }

        Task pipeline;
        try
        {
            pipeline = next(context);
        }
        catch (Exception exception)
        {
            pipeline = Task.FromException(exception);
        }

        return pipeline.IsCompletedSuccessfully ? pipeline : HandleAsync(pipeline, context);
    }

    private async Task HandleAsync(Task pipeline, HttpContext context)
    {
        try
        {
            await pipeline;
        }
        catch (Exception exception)
        {
            if (!await problems.HandleAsync(context, exception))
            {
                throw;
            }
        }
    }
}
