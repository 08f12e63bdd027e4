using System.Collections;
using System.Text;
using Orion.Redaction;
using Orion.Sink.Otlp;

namespace Orion.Telemetry.Otlp;

/// <summary>An OTLP <c>AnyValue</c> as the values it holds, to be judged by the rules that rows are judged by.</summary>
internal static class WireValue
{
    // Deeper nesting than any SDK writes.
    private const int MaxDepth = 16;

    public static object? Read(ReadOnlySpan<byte> any, int depth)
    {
        if (depth > MaxDepth)
        {
            return Sanitizer.Redacted;
        }

        object? value = null;
        for (var reader = new ProtobufReader(any); reader.Next();)
        {
            value = (reader.Field, reader.Wire) switch
            {
                (1, 2) => Encoding.UTF8.GetString(reader.Content),
                (2, 0) => reader.Varint() != 0,
                (3, 0) => (long)reader.Varint(),
                (4, 1) => reader.Floating(),
                (5, 2) => Items(reader.Content, depth),
                (6, 2) => Pairs(reader.Content, depth),
                (7, 2) => reader.Content.ToArray(),
                _ => value,
            };
        }

        return value;
    }

    public static void Write(object? value, WireBuffer to)
    {
        switch (value)
        {
            case string text:
                to.Text(1, text);
                break;
            case bool flag:
                to.Varint(2, flag ? 1UL : 0);
                break;
            case long number:
                to.Varint(3, (ulong)number);
                break;
            case double number:
                to.Double(4, number);
                break;
            case byte[] bytes:
                to.Bytes(7, bytes);
                break;
            case KeyValuePair<string, object?>[] pairs:
                var map = to.Open(6);
                foreach (var (key, member) in pairs)
                {
                    var pair = to.Open(1);
                    to.Text(1, key);
                    var any = to.Open(2);
                    Write(member, to);
                    to.Close(any);
                    to.Close(pair);
                }

                to.Close(map);
                break;
            case IEnumerable items:
                var list = to.Open(5);
                foreach (var item in items)
                {
                    var any = to.Open(1);
                    Write(item, to);
                    to.Close(any);
                }

                to.Close(list);
                break;
        }
    }

    private static object?[] Items(ReadOnlySpan<byte> array, int depth)
    {
        var items = new List<object?>();
        for (var reader = new ProtobufReader(array); reader.Next();)
        {
            if (reader is { Field: 1, Wire: 2 })
            {
                items.Add(Read(reader.Content, depth + 1));
            }
        }

        return [.. items];
    }

    private static KeyValuePair<string, object?>[] Pairs(ReadOnlySpan<byte> map, int depth)
    {
        var pairs = new List<KeyValuePair<string, object?>>();
        for (var reader = new ProtobufReader(map); reader.Next();)
        {
            if (reader is { Field: 1, Wire: 2 })
            {
                var (key, value) = ("", (object?)null);
                for (var pair = new ProtobufReader(reader.Content); pair.Next();)
                {
                    key = pair is { Field: 1, Wire: 2 } ? Encoding.UTF8.GetString(pair.Content) : key;
                    value = pair is { Field: 2, Wire: 2 } ? Read(pair.Content, depth + 1) : value;
                }

                pairs.Add(new(key, value));
            }
        }

        return [.. pairs];
    }
}
