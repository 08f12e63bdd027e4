using System.Globalization;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Orion.Telemetry.Correlation;
using Orion.Telemetry.Requests;

namespace Orion.Telemetry.Errors;

/// <summary>
/// A request that is refused, with what its caller is told. Throw it before any effect, or inside a write, which undoes it.
/// </summary>
/// <param name="error">The refusal, from a catalogue.</param>
/// <param name="detail">The sentence that says what is wrong this time; null when the title says it all.</param>
public sealed class ProblemException(CatalogueError error, string? detail = null) : Exception(detail ?? error?.Title)
{
    /// <summary>The refusal.</summary>
    public CatalogueError Error { get; } = error ?? throw new ArgumentNullException(nameof(error));

    /// <summary>What is wrong this time; null when the title says it all.</summary>
    public string? Detail { get; } = detail;

    /// <summary>When another try may succeed (<c>Retry-After</c>); null when none will.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>A member, parameter or header that is not what it must be; the sentence names it.</summary>
    public static ProblemException Invalid(string detail) => new(ErrorCatalogue.InvalidField, detail);
}

/// <summary>Which refusals the exceptions of other libraries are.</summary>
public sealed class ProblemOptions
{
    private readonly Dictionary<Type, (CatalogueError Error, TimeSpan? RetryAfter)> _errors = [];

    /// <summary>Answers exceptions of exactly that type with that error.</summary>
    /// <param name="error">The refusal.</param>
    /// <param name="retryAfter">When another try may succeed; null when none will.</param>
    public ProblemOptions Map<TException>(CatalogueError error, TimeSpan? retryAfter = null) where TException : Exception
    {
        _errors[typeof(TException)] = (error, retryAfter);
        return this;
    }

    internal ProblemException? Find(Exception exception) =>
        _errors.TryGetValue(exception.GetType(), out var known)
            ? new ProblemException(known.Error) { RetryAfter = known.RetryAfter }
            : null;
}

/// <summary>
/// Answers the exceptions that are refusals, as problem documents. Any other goes on to the handlers that a service adds, and in the end
/// is answered as an internal error.
/// </summary>
internal sealed class ProblemExceptionHandler(IOptions<ProblemOptions> options) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        // The middleware has cleared the answer's headers, and the correlation id belongs on every answer, whoever gives it.
        if (CorrelationId.Current is { } id)
        {
            httpContext.Response.Headers[CorrelationId.Header] = id;
        }

        if (Of(exception) is not { } problem)
        {
            return false;
        }

        if (problem.RetryAfter is { } wait)
        {
            httpContext.Response.Headers.RetryAfter = FailedAuthentications.Seconds(wait).ToString(CultureInfo.InvariantCulture);
        }

        await Problems.AnswerAsync(httpContext, exception, problem.Error, problem.Detail);
        return true;
    }

    /// <summary>Answers what nobody has: it should not have been thrown, and nothing of it is shown.</summary>
    internal static Task AnswerUnknownAsync(HttpContext http) =>
        Problems.AnswerAsync(http, http.Features.GetRequiredFeature<IExceptionHandlerFeature>().Error, ErrorCatalogue.Internal);

    private ProblemException? Of(Exception exception) => exception switch
    {
        ProblemException problem => problem,
        BadHttpRequestException bad when BindingErrors.Of(bad) is var (error, detail) => new ProblemException(error, detail),
        TimeoutException => new ProblemException(ErrorCatalogue.UpstreamTimeout),
        _ => options.Value.Find(exception),
    };
}
