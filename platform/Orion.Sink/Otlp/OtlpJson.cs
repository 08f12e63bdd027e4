using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Orion.Sink.Otlp;

/// <summary>
/// OTLP's JSON as protobuf: what a body says in the one encoding is written in the other, so that there is one decoder, and one set of
/// limits, for both. It takes the forms ProtoJSON allows: members in lowerCamelCase or by their original names, null for unset, integers as
/// numbers or text and with an exponent, enumerations by number or name; and OTLP's own: ids in hexadecimal. Members that are not known are
/// passed over.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal ref struct OtlpJson
{
    private readonly OtlpBudget _budget;
    private readonly ProtobufWriter _to;
    private readonly List<(string Name, int Item)> _path = [];
    private byte[] _text = new byte[256];
    private Utf8JsonReader _json;
    private int _depth;

    private OtlpJson(ReadOnlySpan<byte> body, OtlpBudget budget)
    {
        // The depth of values is limited where they are decoded; what is passed over costs no more for being deep.
        _json = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = int.MaxValue });
        _budget = budget;
        _to = new ProtobufWriter(Math.Min(body.Length, 1024 * 1024));
    }

    /// <summary>The body in protobuf.</summary>
    /// <exception cref="OtlpFormatException">It is not JSON, or a member is not what it must be; the message names it.</exception>
    public static ReadOnlyMemory<byte> ToProtobuf(ReadOnlySpan<byte> body, OtlpJsonShape request, OtlpBudget budget)
    {
        try
        {
            var json = new OtlpJson(body.StartsWith("\uFEFF"u8) ? body[3..] : body, budget);
            json.Read();
            json.Members(request);
            json.Read();
            return json._to.Written;
        }
        catch (JsonException exception)
        {
            throw new OtlpFormatException($"The body is not JSON: {exception.Message}", exception);
        }
    }

    private bool Read()
    {
        var found = _json.Read();
        if (_json.TokenType is not (JsonTokenType.PropertyName or JsonTokenType.EndObject or JsonTokenType.EndArray))
        {
            _budget.Take();
        }

        return found;
    }

    private void Members(OtlpJsonShape shape)
    {
        if (_json.TokenType != JsonTokenType.StartObject)
        {
            throw Wrong("an object");
        }

        var seen = 0;
        while (Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            var field = shape.Find(Text());
            Read();
            if (field is null)
            {
                Pass();
                continue;
            }

            _path.Add((field.Name, -1));
            if ((seen & (1 << field.Number)) != 0)
            {
                throw new OtlpFormatException($"'{Path}' is there twice.");
            }

            seen |= 1 << field.Number;
            if (_json.TokenType != JsonTokenType.Null)
            {
                Member(field);
            }

            _path.RemoveAt(_path.Count - 1);
        }
    }

    private void Member(OtlpJsonField field)
    {
        if (!field.IsRepeated)
        {
            Value(field);
            return;
        }

        if (_json.TokenType != JsonTokenType.StartArray)
        {
            throw Wrong("an array");
        }

        for (var item = 0; Read() && _json.TokenType != JsonTokenType.EndArray; item++)
        {
            CollectionsMarshal.AsSpan(_path)[^1].Item = item;
            Value(field);
        }
    }

    private void Value(OtlpJsonField field)
    {
        switch (field.Kind)
        {
            case OtlpJsonKind.Message:
                Message(field);
                break;
            case OtlpJsonKind.Text:
                _to.Bytes(field.Number, _json.TokenType == JsonTokenType.String ? Text() : throw Wrong("text"));
                break;
            case OtlpJsonKind.Base64:
                Base64(field.Number);
                break;
            case OtlpJsonKind.Id:
                Id(field.Number);
                break;
            case OtlpJsonKind.Bool:
                _to.Varint(field.Number, _json.TokenType is JsonTokenType.True or JsonTokenType.False
                    ? (_json.TokenType == JsonTokenType.True ? 1UL : 0) : throw Wrong("true or false"));
                break;
            case OtlpJsonKind.Double:
                _to.Fixed64(field.Number, BitConverter.DoubleToUInt64Bits(Double()));
                break;
            case OtlpJsonKind.Enum:
                _to.Varint(field.Number, (ulong)Enum(field));
                break;
            case OtlpJsonKind.Int64:
                _to.Varint(field.Number, (ulong)Integer(long.MinValue, long.MaxValue));
                break;
            case OtlpJsonKind.UInt64:
                _to.Varint(field.Number, (ulong)Integer(0, ulong.MaxValue));
                break;
            case OtlpJsonKind.UInt32:
                _to.Varint(field.Number, (ulong)Integer(0, uint.MaxValue));
                break;
            case OtlpJsonKind.ZigZag32:
                var number = (int)Integer(int.MinValue, int.MaxValue);
                _to.Varint(field.Number, (uint)((number << 1) ^ (number >> 31)));
                break;
            case OtlpJsonKind.Fixed32:
                _to.Fixed32(field.Number, (uint)Integer(0, uint.MaxValue));
                break;
            case OtlpJsonKind.Fixed64:
                _to.Fixed64(field.Number, (ulong)Integer(0, ulong.MaxValue));
                break;
            case OtlpJsonKind.SignedFixed64:
                _to.Fixed64(field.Number, (ulong)(long)Integer(long.MinValue, long.MaxValue));
                break;
        }
    }

    private void Message(OtlpJsonField field)
    {
        var begun = _to.Begin(field.Number);
        if (field.Message != OtlpJsonShape.AnyValue)
        {
            Members(field.Message);
        }
        else if (_json.TokenType != JsonTokenType.Null)
        {
            // One level more than is kept is written, so that the decoder sees that there was more.
            if (++_depth > OtlpLimits.Depth + 2)
            {
                Pass();
            }
            else
            {
                Members(field.Message);
            }

            _depth--;
        }

        _to.End(begun);
    }

    /// <summary>Goes to the end of a value that is not wanted.</summary>
    private void Pass()
    {
        if (_json.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            for (var depth = _json.CurrentDepth; Read() && _json.CurrentDepth > depth;)
            {
            }
        }
    }

    private void Base64(int field)
    {
        var text = _json.TokenType == JsonTokenType.String ? Text() : throw Wrong("base64");
        var bytes = new byte[text.Length];
        if (!JsonNumbers.TryBase64(text, bytes, out var written))
        {
            throw Wrong("base64");
        }

        _to.Bytes(field, bytes.AsSpan(0, written));
    }

    /// <summary>An id that is not hexadecimal becomes one that nothing can have: it costs its record, as an id of a wrong length
    /// does.</summary>
    private void Id(int field)
    {
        var text = _json.TokenType == JsonTokenType.String ? Text() : throw Wrong("hexadecimal text");
        Span<byte> id = stackalloc byte[16];
        _to.Bytes(field, text.Length <= 32
            && Convert.FromHexString(text, id, out _, out var length) == System.Buffers.OperationStatus.Done ? id[..length] : [0]);
    }

    private double Double() => Number() is { } text
        && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw Wrong("a number, or \"NaN\", \"Infinity\" or \"-Infinity\"");

    private long Enum(OtlpJsonField field)
    {
        if (_json.TokenType == JsonTokenType.String && Array.IndexOf(field.Values, Encoding.UTF8.GetString(Text())) is var value and >= 0)
        {
            return value;
        }

        return JsonNumbers.TryInteger(Number(), out var number) && number >= int.MinValue && number <= int.MaxValue ? (long)number
            : throw Wrong($"the enumeration's number, or a name such as {field.Values[^1]}");
    }

    private Int128 Integer(Int128 least, Int128 most) =>
        JsonNumbers.TryInteger(Number(), out var number) && number >= least && number <= most
        ? number
        : throw Wrong($"an integer from {least} to {most}, as a number or as text");

    private ReadOnlySpan<byte> Number() => _json.TokenType switch
    {
        JsonTokenType.Number => _json.ValueSpan,
        JsonTokenType.String => Text(),
        _ => [],
    };

    /// <summary>The name or text that the reader is at. Half of a surrogate pair becomes U+FFFD; bytes that are not UTF-8 stay what they
    /// are until they are decoded.</summary>
    private ReadOnlySpan<byte> Text()
    {
        var raw = _json.ValueSpan;
        if (!_json.ValueIsEscaped)
        {
            return raw;
        }

        if (_text.Length < raw.Length)
        {
            _text = new byte[raw.Length];
        }

        return _text.AsSpan(0, JsonEscapes.Decode(raw, _text));
    }

    private readonly OtlpFormatException Wrong(string what) => new($"{(_path.Count == 0 ? "The body" : $"'{Path}'")} must be {what}.");

    private readonly string Path => string.Join('.', _path.Select(p => p.Item < 0 ? p.Name : $"{p.Name}[{p.Item}]"));
}
