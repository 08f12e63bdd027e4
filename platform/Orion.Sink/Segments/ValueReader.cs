using System.Text.Json;

namespace Orion.Sink.Segments;

/// <summary>Puts attribute keys and values together again.</summary>
internal static class ValueReader
{
    public static KeyValuePair<string, object?>[] Read(string? keys, string? values)
    {
        if (keys is null || values is null)
        {
            return [];
        }

        var names = JsonSerializer.Deserialize<string[]>(keys)!;
        using var document = JsonDocument.Parse(values);
        var attributes = new KeyValuePair<string, object?>[names.Length];
        for (var i = 0; i < names.Length; i++)
        {
            attributes[i] = new(names[i], Value(document.RootElement[i]));
        }

        return attributes;
    }

    public static object? Value(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Number => element.TryGetInt64(out var integer) ? (object)integer : element.GetDouble(),
        JsonValueKind.Array => element.EnumerateArray().Select(Value).ToArray(),
        _ => element.GetRawText(),
    };
}
