using System.Text.Json;
using System.Text.Unicode;
using Microsoft.Net.Http.Headers;
using Orion.Telemetry.Errors;

namespace OrionPlatform.Api;

/// <summary>A request's JSON body, read whole and checked for form before anything looks at its content.</summary>
internal sealed class JsonBody : IDisposable
{
    private const int MaxDepth = 16;
    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false, MaxDepth = MaxDepth };
    private readonly JsonDocument _document;

    private JsonBody(byte[] bytes, JsonDocument document)
    {
        Bytes = bytes;
        _document = document;
    }

    /// <summary>The body as it came.</summary>
    public byte[] Bytes { get; }

    public JsonElement Root => _document.RootElement;

    /// <summary>Reads the body. How large it may be is the endpoint's request size limit, which the server holds.</summary>
    /// <exception cref="RefusedException">It is not JSON, not said to be, or compressed.</exception>
    public static async Task<JsonBody> ReadAsync(HttpContext http)
    {
        if (!MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type)
            || !type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || (type.Charset.HasValue && !type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)))
        {
            throw new RefusedException(ErrorCatalogue.UnsupportedMediaType, "The body must be application/json in UTF-8.");
        }

        if (http.Request.Headers.ContentEncoding.Count > 0)
        {
            throw new RefusedException(ErrorCatalogue.UnsupportedMediaType, "The body must not be compressed.");
        }

        using var buffer = new MemoryStream();
        await http.Request.Body.CopyToAsync(buffer, http.RequestAborted);
        var bytes = buffer.ToArray();
        // Strings need not be UTF-8 for the parser; who reads them then would meet what is no text.
        return Utf8.IsValid(bytes) && TryParse(bytes) is { } document
            ? new JsonBody(bytes, document)
            : throw new RefusedException(ErrorCatalogue.InvalidJson, JsonFault.Find(bytes, MaxDepth));
    }

    public void Dispose() => _document.Dispose();

    private static JsonDocument? TryParse(byte[] bytes)
    {
        try
        {
            return JsonDocument.Parse(bytes, s_strict);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Where it is repeated members or a name that is no text, the exception does not say where.
            return null;
        }
    }
}
