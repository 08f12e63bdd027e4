using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Orion.Sink.Segments;

/// <summary>Attributes as JSON text, for what tells series apart or is read by people.</summary>
internal static class AttributeJson
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>One object, keys in order: equal attributes give equal text.</summary>
    public static string Of(KeyValuePair<string, object?>[] attributes)
    {
        if (attributes.Length == 0)
        {
            return "{}";
        }

        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, s_options);
        json.WriteStartObject();
        foreach (var (key, value) in attributes.Length == 1 ? attributes
            : attributes.OrderBy(a => a.Key, StringComparer.Ordinal).DistinctBy(a => a.Key))
        {
            json.WritePropertyName(key);
            Write(json, value, depth: 0);
        }

        json.WriteEndObject();
        json.Flush();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Reads what <see cref="Of"/> wrote.</summary>
    public static KeyValuePair<string, object?>[] Read(string text)
    {
        using var document = JsonDocument.Parse(text);
        return [.. document.RootElement.EnumerateObject().Select(m =>
            new KeyValuePair<string, object?>(m.Name, ValueReader.Value(m.Value)))];
    }

    /// <summary>A value as text: text as it is, a list or map as JSON.</summary>
    public static string Text(object? value)
    {
        if (value is not IEnumerable || value is string)
        {
            return value switch
            {
                null => "",
                bool flag => flag ? "true" : "false",
                _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
            };
        }

        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, s_options);
        Write(json, value, depth: 0);
        json.Flush();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter json, object? value, int depth)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case long or int or short or byte or sbyte or ushort or uint:
                json.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case double or float when Convert.ToDouble(value, CultureInfo.InvariantCulture) is var number && double.IsFinite(number):
                var digits = number.ToString(CultureInfo.InvariantCulture);
                // So that it is read back as a floating-point number.
                json.WriteRawValue(digits.AsSpan().ContainsAny('.', 'E') ? digits : digits + ".0");
                break;
            case IEnumerable<KeyValuePair<string, object?>> map when depth < ValueWriter.MaxDepth:
                json.WriteStartObject();
                foreach (var (key, item) in map)
                {
                    json.WritePropertyName(key);
                    Write(json, item, depth + 1);
                }

                json.WriteEndObject();
                break;
            case IEnumerable list and not string when depth < ValueWriter.MaxDepth:
                json.WriteStartArray();
                foreach (var item in list)
                {
                    Write(json, item, depth + 1);
                }

                json.WriteEndArray();
                break;
            default:
                var text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
                json.WriteStringValue(text.AsSpan(0, Math.Min(text.Length, ValueWriter.MaxText)));
                break;
        }
    }
}
