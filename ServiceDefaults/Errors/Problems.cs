using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace OrionPlatform.ServiceDefaults;

/// <summary>Refusals as problem documents (RFC 9457), with <c>error_code</c> and <c>trace_id</c>.</summary>
public static class Problems
{
    /// <summary>A result that answers with that error; the canonical line carries its code.</summary>
    /// <param name="error">The refusal.</param>
    /// <param name="detail">What was wrong this time, for the caller: it must not say anything that the caller may not know.</param>
    public static IResult Result(CatalogueError error, string? detail = null) => new ProblemResult(error, detail);

    /// <summary>The stable type URI of an error.</summary>
    public static string TypeOf(CatalogueError error) => $"urn:orion:error:{error.Code}";
}

internal sealed class ProblemResult(CatalogueError error, string? detail) : IResult, IStatusCodeHttpResult
{
    public int? StatusCode => error.Status;

    public Task ExecuteAsync(HttpContext httpContext) => ProblemWriter.WriteAsync(httpContext, error, detail);
}
