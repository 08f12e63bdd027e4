using System.Buffers;
using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.Extensions.Logging;

namespace OrionPlatform.ServiceDefaults;

/// <summary>Turns exceptions and bare error statuses into problem documents.</summary>
internal sealed class ProblemWriter(ILogger<ProblemWriter> logger)
{
    /// <summary>Answers an exception; false when the answer has begun already, so that the server has to cut it off.</summary>
    public async Task<bool> HandleAsync(HttpContext context, Exception exception)
    {
        var scope = LineScope.Current;
        if (context.RequestAborted.IsCancellationRequested && exception is OperationCanceledException or IOException or BadHttpRequestException)
        {
            scope?.Aborted = true;
            if (!context.Response.HasStarted)
            {
                context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            }

            return true;
        }

        var (error, detail) = ExceptionErrors.Of(exception);
        if (error.Status >= 500)
        {
            Activity.Current.Fail(error.Code, exception);
            logger.LogError(exception, "Unhandled exception in {Route}", scope?.Route ?? "(unmatched)");
        }

        if (context.Response.HasStarted)
        {
            scope?.Fail(ErrorCatalogue.Internal.Code, exception);
            return false;
        }

        var correlation = context.Response.Headers[CorrelationId.Header];
        context.Response.Clear();
        context.Response.Headers[CorrelationId.Header] = correlation;
        await WriteAsync(context, error, detail);
        return true;
    }

    /// <summary>Gives a bare error status its document; leaves answers with a body of their own alone.</summary>
    public static Task FillAsync(HttpContext context)
    {
        var response = context.Response;
        return response.HasStarted || response.ContentLength is > 0 || response.ContentType is not null || context.Features.Get<IStatusCodePagesFeature>() is { Enabled: false }
            || response.StatusCode == StatusCodes.Status499ClientClosedRequest
            ? Task.CompletedTask
            : WriteAsync(context, ErrorCatalogue.OfStatus(response.StatusCode), null);
    }

    public static async Task WriteAsync(HttpContext context, CatalogueError error, string? detail)
    {
        LineScope.Current?.ErrorCode ??= error.Code;
        var response = context.Response;
        response.StatusCode = error.Status;
        response.ContentType = "application/problem+json";
        response.Headers.CacheControl = "no-store";
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        var body = Body(error, detail);
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, context.RequestAborted);
    }

    private static ReadOnlyMemory<byte> Body(CatalogueError error, string? detail)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("type", Problems.TypeOf(error));
        json.WriteString("title", error.Title);
        json.WriteNumber("status", error.Status);
        if (detail is not null)
        {
            json.WriteString("detail", detail);
        }

        json.WriteString("error_code", error.Code);
        json.WriteString("trace_id", Activity.Current?.TraceId.ToHexString() ?? "");
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }
}
