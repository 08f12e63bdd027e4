using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Options;
using Orion.Store.Idempotency;

namespace OrionPlatform.Api;

/// <summary>Endpoint metadata: it takes an <c>Idempotency-Key</c>.</summary>
internal sealed class IdempotentMetadata;

/// <summary>
/// Requests that are safe to repeat: the filter takes the <c>Idempotency-Key</c>, and what the handler then writes by
/// <see cref="WriteOnceAsync"/> happens once; a repetition gets the first answer, byte for byte.
/// </summary>
internal static class Idempotency
{
    public const string Header = "Idempotency-Key";
    public const string Replayed = "Idempotency-Replayed";
    private const int MaxKeyLength = 255;

    /// <summary>Requires the header; a request without it, or with one that is none, has no effect.</summary>
    public static RouteHandlerBuilder RequireIdempotencyKey(this RouteHandlerBuilder endpoint) =>
        endpoint.WithMetadata(new IdempotentMetadata()).AddEndpointFilter((context, next) =>
        {
            // What the request asks for is its body as the handler takes it; the framework has noted that type.
            var body = context.HttpContext.GetEndpoint()?.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType;
            context.HttpContext.Features.Set(RequestOf(
                context.HttpContext, body is null ? null : context.Arguments.FirstOrDefault(body.IsInstanceOfType)));
            return next(context);
        });

    /// <summary>
    /// Writes once: the effects, the answer that is to be repeated, and that it was given commit together. Call it in an endpoint that
    /// requires the key.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="http">The request.</param>
    /// <param name="work">The write; returns the answer, a typed result with a status and a value.</param>
    /// <remarks>
    /// Not cancelled with the request: a client that went away will ask again with its key, and get this answer.
    /// </remarks>
    public static async Task<OnceResult> WriteOnceAsync<TResult>(
        this DomainStore store, HttpContext http, Func<WriteTransaction, Task<TResult>> work)
        where TResult : IResult, IStatusCodeHttpResult, IValueHttpResult
    {
        var request = http.Features.GetRequiredFeature<IdempotentRequest>();
        var json = http.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        var result = await store.WriteAsync(async tx =>
        {
            if (await tx.TryReplayAsync(request) is { } before)
            {
                return new OnceResult(before, IsReplay: true);
            }

            var answer = Remember(await work(tx), json);
            await tx.RememberAsync(request, answer);
            return new OnceResult(answer, IsReplay: false);
        });
        Canon.Add("idempotency.replayed", result.IsReplay);
        return result;
    }

    private static IdempotentRequest RequestOf(HttpContext http, object? body)
    {
        var caller = http.Caller();
        return new IdempotentRequest
        {
            TenantId = caller.TenantId,
            PrincipalId = caller.ApiKeyId,
            Method = http.Request.Method,
            Route = ((RouteEndpoint)http.GetEndpoint()!).RoutePattern.RawText!,
            Key = KeyOf(http.Request),
            Fingerprint = RequestFingerprint.Of(
                http.Request.Path + http.Request.QueryString, JsonSerializer.SerializeToUtf8Bytes(body, JsonSerializerOptions.Web)),
        };
    }

    private static string KeyOf(HttpRequest request) => request.Headers[Header] switch
    {
        { Count: 0 } => throw new ProblemException(ErrorCatalogue.IdempotencyKeyRequired),
        { Count: 1 } one when one[0] is { Length: > 0 and <= MaxKeyLength } key && key.All(c => c is > ' ' and <= '~') => key,
        _ => throw new ProblemException(
            ErrorCatalogue.IdempotencyKeyInvalid, $"Send it once, with 1 to {MaxKeyLength} printable ASCII characters and no space."),
    };

    private static RememberedResponse Remember<TResult>(TResult result, JsonSerializerOptions json)
        where TResult : IResult, IStatusCodeHttpResult, IValueHttpResult
    {
        var headers = new Dictionary<string, string> { ["Content-Type"] = "application/json; charset=utf-8" };
        if (result.GetType().GetProperty("Location")?.GetValue(result) is string location)
        {
            headers["Location"] = location;
        }

        return new RememberedResponse(
            result.StatusCode ?? StatusCodes.Status200OK, headers,
            JsonSerializer.SerializeToUtf8Bytes(result.Value, result.Value?.GetType() ?? typeof(object), json));
    }
}

/// <summary>An answer that is given once and repeated byte for byte.</summary>
/// <param name="Answer">The answer.</param>
/// <param name="IsReplay">Whether it was given before.</param>
internal sealed record OnceResult(RememberedResponse Answer, bool IsReplay) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Answer.Status;
        foreach (var (name, value) in Answer.Headers)
        {
            response.Headers[name] = value;
        }

        if (IsReplay)
        {
            response.Headers[Idempotency.Replayed] = "true";
        }

        response.ContentLength = Answer.Body.Length;
        await response.Body.WriteAsync(Answer.Body, httpContext.RequestAborted);
    }
}
