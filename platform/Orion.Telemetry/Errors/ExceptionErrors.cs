using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Orion.Telemetry.Errors;

/// <summary>
/// Which error of the catalogue an exception of the framework is. Its own message is never shown: it may quote the input.
/// </summary>
internal static class ExceptionErrors
{
    /// <summary>Answers an exception that no handler of the service's own has answered.</summary>
    public static Task AnswerAsync(HttpContext http)
    {
        var exception = http.Features.GetRequiredFeature<IExceptionHandlerFeature>().Error;
        var (error, detail) = Of(exception);
        return Problems.AnswerAsync(http, exception, error, detail);
    }

    public static (CatalogueError Error, string? Detail) Of(Exception exception) => exception switch
    {
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => (ErrorCatalogue.BodyTooLarge, null),
        BadHttpRequestException { StatusCode: StatusCodes.Status415UnsupportedMediaType } => (ErrorCatalogue.UnsupportedMediaType, null),
        BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } => (ErrorCatalogue.RequestTimeout, null),
        BadHttpRequestException { InnerException: JsonException json } => OfJson(json),
        BadHttpRequestException => (ErrorCatalogue.InvalidRequest, null),
        TimeoutException => (ErrorCatalogue.UpstreamTimeout, null),
        _ => (ErrorCatalogue.Internal, null),
    };

    private static (CatalogueError Error, string? Detail) OfJson(JsonException json)
    {
        var at = Where(json);
        if (json.Message.Contains("could not be mapped to any .NET member", StringComparison.Ordinal))
        {
            return (ErrorCatalogue.UnknownMember, $"There is an unknown member at {at}.");
        }

        if (json.Message.Contains("missing required properties", StringComparison.Ordinal))
        {
            var names = json.Message.Split('\'').Where((_, i) => i % 2 == 1).Skip(1);
            return (ErrorCatalogue.MissingMember, $"Missing: {string.Join(", ", names)}.");
        }

        return json.Message.Contains("could not be converted", StringComparison.Ordinal)
            ? (ErrorCatalogue.InvalidRequest, $"The value has the wrong type at {at}.")
            : (ErrorCatalogue.InvalidJson, $"The body is not valid JSON at {at}.");
    }

    // The member, and the line and byte where they are known: of a repeated member they are not.
    private static string Where(JsonException json)
    {
        var path = json.Path is { Length: > 0 } known ? known : "$";
        return json is { LineNumber: { } line, BytePositionInLine: { } at } ? $"{path}, line {line + 1}, byte {at + 1}" : path;
    }
}
