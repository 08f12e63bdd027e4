using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Orion.Telemetry.Errors;

/// <summary>
/// What was wrong with a request whose body or parameters the framework could not bind: which error it is, and where. Its own message is
/// never shown: it may quote the input, and speaks of types that the caller does not know.
/// </summary>
internal static class BindingErrors
{
    private const int MaxName = 64;

    public static (CatalogueError Error, string? Detail) Of(BadHttpRequestException exception) => exception switch
    {
        { StatusCode: StatusCodes.Status413PayloadTooLarge } => (ErrorCatalogue.BodyTooLarge, null),
        { StatusCode: StatusCodes.Status415UnsupportedMediaType } => (ErrorCatalogue.UnsupportedMediaType, null),
        { StatusCode: StatusCodes.Status408RequestTimeout } => (ErrorCatalogue.RequestTimeout, null),
        { InnerException: JsonException json } => OfJson(json),
        _ => OfParameter(exception.Message),
    };

    private static (CatalogueError Error, string? Detail) OfParameter(string message)
    {
        if (message.Contains("no body was provided", StringComparison.Ordinal)
            || message.EndsWith("was not provided from body.", StringComparison.Ordinal))
        {
            return (ErrorCatalogue.InvalidJson, "The body is missing or null.");
        }

        // Failed to bind parameter "int limit" from "ten".   Required parameter "string q" was not provided from query string.
        return message.Split('"') is [_, var parameter, ..] && parameter.LastIndexOf(' ') is var space and >= 0
            ? (ErrorCatalogue.InvalidField, $"'{JsonNamingPolicy.CamelCase.ConvertName(parameter[(space + 1)..])}' "
                + (message.StartsWith("Required", StringComparison.Ordinal) ? "is required." : "has the wrong form."))
            : (ErrorCatalogue.InvalidRequest, null);
    }

    private static (CatalogueError Error, string? Detail) OfJson(JsonException json)
    {
        var (message, path) = (json.Message, Path(json.Path));
        if (message.Contains("could not be mapped to any .NET member", StringComparison.Ordinal))
        {
            return (ErrorCatalogue.UnknownMember, $"'{path}' is not known here.");
        }

        if (message.Contains("missing required properties", StringComparison.Ordinal))
        {
            var names = message.Split('\'').Where((_, i) => i % 2 == 1).Skip(1).Select(n => $"'{(path.Length > 0 ? path + "." : "")}{n}'");
            return (ErrorCatalogue.MissingMember, $"Required: {string.Join(", ", names)}.");
        }

        if (message.Contains("doesn't allow null values", StringComparison.Ordinal))
        {
            return (ErrorCatalogue.MissingMember, $"'{path}' is required.");
        }

        return message.StartsWith("Duplicate property", StringComparison.Ordinal) ? NotJson(json, path, "it is given more than once")
            : message.Contains("could not be converted", StringComparison.Ordinal) ? NotConverted(json, path)
            : NotJson(json, path, null);
    }

    private static (CatalogueError Error, string? Detail) NotConverted(JsonException json, string path)
    {
        var why = json.InnerException?.Message ?? "";
        if (why.Contains("UTF-8", StringComparison.Ordinal))
        {
            return NotJson(json, path, "it is not UTF-8");
        }

        // An escape such as \ud800 alone is valid JSON and no valid text.
        var isNoText = why.Contains("UTF-16", StringComparison.Ordinal);
        if (path.Length == 0)
        {
            return isNoText
                ? NotJson(json, path, "a member's name is no text")
                : (ErrorCatalogue.InvalidField, "The body must be a JSON object.");
        }

        var must = isNoText ? "be valid text"
            : why.EndsWith("as a string.", StringComparison.Ordinal) ? "be a string"
            : why.EndsWith("as a number.", StringComparison.Ordinal) ? "be a number"
            : why.EndsWith("as a boolean.", StringComparison.Ordinal) ? "be true or false"
            : why.Contains("Int", StringComparison.Ordinal) ? "be a whole number within its range"
            : "have another type or form";
        return (ErrorCatalogue.InvalidField, $"'{path}' must {must} (at {Place(json)}).");
    }

    private static (CatalogueError Error, string? Detail) NotJson(JsonException json, string path, string? why) => (
        ErrorCatalogue.InvalidJson,
        $"The body is not valid JSON at {(path.Length > 0 ? $"'{path}', " : "")}{Place(json)}{(why is null ? "." : $": {why}.")}");

    private static string Place(JsonException json) => $"line {json.LineNumber + 1}, byte {json.BytePositionInLine + 1}";

    // $.process.lag and $['a name'][3] become process.lag and a name[3]; each name is the caller's, so it is cut.
    private static string Path(string? path)
    {
        var text = new StringBuilder();
        var plain = (path ?? "").TrimStart('$').Replace("['", ".", StringComparison.Ordinal).Replace("']", "", StringComparison.Ordinal);
        foreach (var part in plain.Split('.', StringSplitOptions.RemoveEmptyEntries).Take(8))
        {
            text.Append(text.Length > 0 ? "." : "").Append(part.Length > MaxName ? part[..MaxName] + "..." : part);
        }

        return text.ToString();
    }
}
