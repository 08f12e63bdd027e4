using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Orion.Telemetry.CanonicalLines;
using Orion.Telemetry.Correlation;
using Orion.Telemetry.Errors;
using Orion.Telemetry.Metrics;
using Orion.Telemetry.Tracing;

namespace Orion.Telemetry.Requests;

/// <summary>
/// The outermost middleware: takes the server span that hosting has started, the correlation id and the outcome, and fills the canonical
/// line. The line itself is emitted when the span stops, which happens exactly once whatever happened in between.
/// </summary>
internal sealed class TracingMiddleware(RequestDelegate next, TelemetryPipeline pipeline)
{
    public Task InvokeAsync(HttpContext context)
    {
        var scope = CanonicalLineContext.Current;
        if (scope is null || scope.Pipeline is not null)
        {
            return next(context);
        }

        scope.Pipeline = pipeline;
        scope.MethodIndex = HttpMethodNames.IndexOf(context.Request.Method);
        scope.Method = scope.MethodIndex < 0 ? HttpMethodNames.Other : HttpMethodNames.Known[scope.MethodIndex];
        if (!scope.Root.IsAllDataRequested || Paths.IsUntraced(context.Request))
        {
            // Also one that the application's filter has turned down. It has no line, but it may still stall the pool, and then it has to
            // have a name.
            scope.Route = "(untraced)";
            Discard(scope);
            return next(context);
        }

        scope.CorrelationId = Correlate(context, scope.Root);
        MeasureClient(context, scope);
        RequestsInFlight.Begin();
        return TraceAsync(context, scope);
    }

    /// <summary>Keeps nothing of a request, nor of what happens inside it; no processor hears of its end.</summary>
    internal static void Discard(CanonicalLineContext scope)
    {
        scope.Untraced = true;
        scope.Root.IsAllDataRequested = false;
        scope.Root.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
    }

    private static string Correlate(HttpContext context, Activity root)
    {
        var given = context.Request.Headers[CorrelationId.Header];
        var id = given.Count == 1 && CorrelationId.IsAcceptable(given[0]) ? given[0]! : root.TraceId.ToHexString();
        context.Response.Headers[CorrelationId.Header] = id;
        return id;
    }

    /// <summary>Whatever reads the body or writes the answer from here on has its waiting for the client measured.</summary>
    private static void MeasureClient(HttpContext context, CanonicalLineContext scope)
    {
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true })
        {
            context.Request.Body = new ClientStream(context.Request.Body, scope);
        }

        if (context.Features.Get<IHttpResponseBodyFeature>() is { } response)
        {
            context.Features.Set<IHttpResponseBodyFeature>(new ClientResponse(response, scope));
        }
    }

    /// <summary>Most requests are over when the pipeline returns: those need nothing that waits.</summary>
    private Task TraceAsync(HttpContext context, CanonicalLineContext scope)
    {
        Task request;
        try
        {
            request = next(context);
        }
        catch (Exception exception)
        {
            request = Task.FromException(exception);
        }

        if (request.IsCompletedSuccessfully && context.Response.StatusCode < 400)
        {
            RequestsInFlight.End();
            if (!scope.Untraced)
            {
                Settle(context, scope);

                // A handler that returned without waiting has run in this very flow, and may have left another scope in it.
                CanonicalLineContext.Current = scope;
            }

            return request;
        }

        return TraceAsync(request, context, scope);
    }

    private static async Task TraceAsync(Task request, HttpContext context, CanonicalLineContext scope)
    {
        try
        {
            await request;
            if (context.Response.StatusCode >= 400 && !scope.Untraced)
            {
                await Problems.FillAsync(context);
            }
        }
        catch (Exception exception) when (!scope.Untraced)
        {
            // Only what could not be answered any more comes this far: the answer had begun, and the server cuts it off.
            scope.Root.Fail(ErrorCatalogue.Internal.Code, exception);
            throw;
        }
        finally
        {
            RequestsInFlight.End();
            if (!scope.Untraced)
            {
                Settle(context, scope);
            }
        }
    }

    private static void Settle(HttpContext context, CanonicalLineContext scope)
    {
        var facts = scope.Facts ?? RouteFacts.Of(context);
        if (facts.Untraced)
        {
            Discard(scope);
            return;
        }

        scope.Route = facts.Route;
        scope.Surface = facts.Surface ?? Paths.SurfaceOf(context.Request.Path);
        scope.Facts = facts;

        var unanswered = !context.Response.HasStarted;
        var aborted = scope.Aborted || (unanswered && context.RequestAborted.IsCancellationRequested);
        var status = aborted && unanswered ? StatusCodes.Status499ClientClosedRequest : context.Response.StatusCode;
        scope.StatusCode = status;
        scope.Outcome = aborted ? "aborted"
            : status is 408 or 504 ? "timeout"
            : status >= 500 || (scope.Failed && status < 400) ? "error"
            : status >= 400 ? "client_error"
            : "ok";
        if (scope.Outcome is "error" or "timeout")
        {
            scope.ErrorType ??= status.ToString(CultureInfo.InvariantCulture);
            scope.Root.SetStatus(status >= 500 || scope.Failed ? ActivityStatusCode.Error : ActivityStatusCode.Unset);
        }

        scope.Pipeline?.Enrichers.Run(scope, context);
        scope.HandedOver();
    }
}
