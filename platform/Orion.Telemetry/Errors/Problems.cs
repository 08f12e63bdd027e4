using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Orion.Sink.Otlp;
using Orion.Telemetry.CanonicalLines;
using Orion.Telemetry.Requests;
using Orion.Telemetry.Tracing;

namespace Orion.Telemetry.Errors;

/// <summary>Refusals as problem documents (RFC 9457), with <c>error_code</c> and <c>trace_id</c>.</summary>
public static class Problems
{
    private const string ErrorCode = "error_code";
    private const string TraceId = "trace_id";

    /// <summary>A result that answers with that error; the canonical line carries its code.</summary>
    /// <param name="error">The refusal.</param>
    /// <param name="detail">What was wrong this time, for the caller: it must not say anything that the caller may not know.</param>
    public static IResult Result(CatalogueError error, string? detail = null) => new ProblemResult(error, detail);

    /// <summary>
    /// Answers a request that has thrown: what an <see cref="IExceptionHandler"/> of a service ends in. A status of 500 or above is also a
    /// failure of the span, which then has the exception as an event.
    /// </summary>
    /// <param name="http">The request, whose answer has not begun.</param>
    /// <param name="exception">What was thrown. Nothing of it is shown.</param>
    /// <param name="error">The refusal it is.</param>
    /// <param name="detail">As with <see cref="Result"/>.</param>
    public static Task AnswerAsync(HttpContext http, Exception exception, CatalogueError error, string? detail = null)
    {
        if (error.Status >= StatusCodes.Status500InternalServerError)
        {
            Activity.Current.Fail(error.Code, exception);
        }

        return WriteAsync(http, error, detail);
    }

    /// <summary>The stable type URI of an error.</summary>
    public static string TypeOf(CatalogueError error) => $"urn:orion:error:{error.Code}";

    /// <summary>
    /// The document, in JSON whatever the caller accepts: one it does not expect says more than none. To senders of telemetry it is what
    /// OTLP has for it.
    /// </summary>
    internal static Task WriteAsync(HttpContext http, CatalogueError error, string? detail)
    {
        CanonicalLineContext.Current?.ErrorCode ??= error.Code;
        http.Response.Headers.CacheControl = "no-store";
        if (Paths.SurfaceOf(http.Request.Path) == "otlp")
        {
            return OtlpRefusals.WriteAsync(http,
                OtlpIngest.Refuse(error.Status, http.Request.ContentType, detail is null ? error.Title : $"{error.Title} {detail}"));
        }

        return TypedResults.Problem(new ProblemDetails
        {
            Type = TypeOf(error),
            Title = error.Title,
            Status = error.Status,
            Detail = detail,
            Extensions = { [ErrorCode] = error.Code, [TraceId] = CurrentTrace },
        }).ExecuteAsync(http);
    }

    /// <summary>
    /// Gives a bare error status its document; leaves answers with a body of their own alone, and endpoints that say so. Not the
    /// framework's UseStatusCodePages: that prepares itself in every request, for a twentieth of the time that one spends in the whole
    /// pipeline.
    /// </summary>
    internal static Task FillAsync(HttpContext http)
    {
        var response = http.Response;
        return response.HasStarted || response.ContentLength is > 0 || response.ContentType is not null
            || response.StatusCode == StatusCodes.Status499ClientClosedRequest
            || http.Features.Get<IStatusCodePagesFeature>() is { Enabled: false }
            || http.GetEndpoint()?.Metadata.GetMetadata<ISkipStatusCodePagesMetadata>() is not null
            ? Task.CompletedTask
            : WriteAsync(http, ErrorCatalogue.OfStatus(response.StatusCode), null);
    }

    /// <summary>Gives documents that others begin (<c>Results.Problem</c>, validation) what ours have.</summary>
    internal static void Complete(ProblemDetailsContext context)
    {
        var members = context.ProblemDetails.Extensions;
        members.Remove("traceId");
        members.TryAdd(TraceId, CurrentTrace);
        if (context.ProblemDetails is HttpValidationProblemDetails invalid)
        {
            Complete(invalid);
        }

        if (!members.ContainsKey(ErrorCode))
        {
            var code = ErrorCatalogue.OfStatus(context.ProblemDetails.Status ?? context.HttpContext.Response.StatusCode).Code;
            members[ErrorCode] = code;
            CanonicalLineContext.Current?.ErrorCode ??= code;
        }
    }

    // What validation found: the first fault is the sentence, all of them are under `errors`, by the names that the caller knows.
    private static void Complete(HttpValidationProblemDetails invalid)
    {
        var error = ErrorCatalogue.InvalidField;
        var faults = invalid.Errors.ToDictionary(e => Wire(e.Key), e => e.Value);
        var first = faults.FirstOrDefault();
        (invalid.Type, invalid.Title, invalid.Errors) = (TypeOf(error), error.Title, faults);
        invalid.Detail ??= first.Value is [var sentence, ..] ? $"'{first.Key}': {sentence}" : null;
        invalid.Extensions[ErrorCode] = error.Code;
        CanonicalLineContext.Current?.ErrorCode ??= error.Code;
    }

    private static string Wire(string member) => string.Join('.', member.Split('.').Select(JsonNamingPolicy.CamelCase.ConvertName));

    private static string CurrentTrace => Activity.Current?.TraceId.ToHexString() ?? "";
}

internal sealed class ProblemResult(CatalogueError error, string? detail) : IResult, IStatusCodeHttpResult
{
    public int? StatusCode => error.Status;

    public Task ExecuteAsync(HttpContext httpContext) => Problems.WriteAsync(httpContext, error, detail);
}
