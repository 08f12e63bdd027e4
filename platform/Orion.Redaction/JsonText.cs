using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Orion.Redaction;

/// <summary>JSON inside texts: read, walked as the values it holds, and written again where one of them was not clean.</summary>
internal static class JsonText
{
    private const int MaxJsonDepth = 64;

    /// <summary>Beginnings that turn out to be no JSON; each costs what is left of the text.</summary>
    private const int MaxFailures = 6;

    private static readonly JsonWriterOptions s_written = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    private static readonly JsonReaderOptions s_read = new() { AllowTrailingCommas = true, MaxDepth = MaxJsonDepth };

    /// <summary>The text with the JSON in it clean; the same instance when it was.</summary>
    /// <param name="text">The text.</param>
    /// <param name="walker">What judges the values.</param>
    /// <param name="whole">Whether the text is one JSON value and nothing else: no rule for texts need look at it then.</param>
    public static string Redact(string text, ValueWalker walker, out bool whole)
    {
        whole = false;
        var first = Begin(text, 0);
        if (first < 0)
        {
            return text;
        }

        var utf8 = Encoding.UTF8.GetBytes(text);
        var at = Encoding.UTF8.GetByteCount(text.AsSpan(0, first));
        var isFirst = text.AsSpan(0, first).IsWhiteSpace();
        ArrayBufferWriter<byte>? result = null;
        var done = 0;
        for (var failures = 0; at >= 0 && failures < MaxFailures;)
        {
            var length = Read(utf8.AsSpan(at), out var value);
            if (length == 0)
            {
                failures++;
                isFirst = false;
                at = Next(utf8, at + 1);
                continue;
            }

            var clean = walker.Clean(value, 0);
            whole = isFirst && IsBlank(utf8.AsSpan(at + length));
            if (!ReferenceEquals(clean, value))
            {
                result ??= new ArrayBufferWriter<byte>(utf8.Length);
                result.Write(utf8.AsSpan(done, at - done));
                result.Write(Write(clean));
                done = at + length;
            }

            isFirst = false;
            at = Next(utf8, at + length);
        }

        if (result is null)
        {
            return text;
        }

        result.Write(utf8.AsSpan(done));
        return Encoding.UTF8.GetString(result.WrittenSpan);
    }

    /// <summary>A value as JSON.</summary>
    public static string Of(object? value) => Encoding.UTF8.GetString(Write(value));

    private static byte[] Write(object? value)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, s_written))
        {
            Write(json, value, 0);
        }

        return buffer.ToArray();
    }

    private static void Write(Utf8JsonWriter json, object? value, int depth)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case JsonElement element:
                element.WriteTo(json);
                break;
            case long or int or short or byte or sbyte or ushort or uint:
                json.WriteNumberValue(Convert.ToInt64(value));
                break;
            case double or float when double.IsFinite(Convert.ToDouble(value)):
                json.WriteNumberValue(Convert.ToDouble(value));
                break;
            case byte[] bytes:
                json.WriteBase64StringValue(bytes);
                break;
            case System.Collections.IEnumerable items when depth <= MaxJsonDepth:
                if (ValueWalker.Pairs(items) is { } pairs)
                {
                    json.WriteStartObject();
                    foreach (var (key, member) in pairs)
                    {
                        json.WritePropertyName(key);
                        Write(json, member, depth + 1);
                    }

                    json.WriteEndObject();
                    break;
                }

                json.WriteStartArray();
                foreach (var item in items)
                {
                    Write(json, item, depth + 1);
                }

                json.WriteEndArray();
                break;
            default:
                json.WriteStringValue(Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture));
                break;
        }
    }

    /// <summary>Bytes of the JSON value that begins here; 0 when none does.</summary>
    private static int Read(ReadOnlySpan<byte> utf8, out object? value)
    {
        value = null;
        try
        {
            var reader = new Utf8JsonReader(utf8, s_read);
            if (!JsonDocument.TryParseValue(ref reader, out var document))
            {
                return 0;
            }

            using (document)
            {
                value = Value(document.RootElement);
            }

            Scanned.Add((int)reader.BytesConsumed);
            return (int)reader.BytesConsumed;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            Scanned.Add(utf8.Length);
            return 0;
        }
    }

    private static object? Value(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().Select(m => KeyValuePair.Create(m.Name, Value(m.Value))).ToArray(),
        JsonValueKind.Array => element.EnumerateArray().Select(Value).ToArray(),
        JsonValueKind.String => element.GetString(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Null => null,
        _ => element.Clone(),
    };

    /// <summary>
    /// Where JSON may begin: at the bracket of a map or of a list with something in it, or at the quote that a text of JSON begins with.
    /// </summary>
    private static int Begin(string text, int from)
    {
        var start = text.AsSpan().IndexOfAnyExcept(" \t\r\n");
        if (start >= 0 && text[start] == '"' && text.AsSpan(start + 1).Contains('\\'))
        {
            return start;
        }

        for (var at = text.AsSpan(from).IndexOfAny('{', '['); at >= 0 && at < text.Length;)
        {
            var next = text.AsSpan(at + 1).TrimStart(" \t\r\n");
            if (!next.IsEmpty && (next[0] == '"' || (text[at] == '[' && next[0] is '{' or '[')))
            {
                return at;
            }

            var more = text.AsSpan(at + 1).IndexOfAny('{', '[');
            at = more < 0 ? -1 : at + 1 + more;
        }

        return -1;
    }

    private static int Next(ReadOnlySpan<byte> utf8, int from)
    {
        while (from < utf8.Length)
        {
            var next = utf8[from..].IndexOfAny((byte)'{', (byte)'[');
            if (next < 0)
            {
                break;
            }

            from += next;
            var rest = utf8[(from + 1)..Math.Min(utf8.Length, from + 1 + 64)].TrimStart(" \t\r\n"u8);
            if (!rest.IsEmpty && (rest[0] == '"' || (utf8[from] == '[' && rest[0] is (byte)'{' or (byte)'[')))
            {
                return from;
            }

            from++;
        }

        return -1;
    }

    private static bool IsBlank(ReadOnlySpan<byte> utf8) => utf8.IndexOfAnyExcept(" \t\r\n"u8) < 0;
}
