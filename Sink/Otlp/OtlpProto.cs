using System.Text;
using System.Text.Json;

namespace OrionPlatform.Sink;

/// <summary>Parts that all signals share, from protobuf.</summary>
internal static class OtlpProto
{
    public delegate void Record(OtlpSource source, ProtobufReader record);

    public delegate void Field(ref ProtobufReader message);

    /// <summary>
    /// Every record of an export request with where it comes from. The three signals' requests have one shape: resources (field 1), in each its description (1) and
    /// its scopes (2), in each scope its description (1) and its records (2). A description may follow what it describes, so it is looked for first.
    /// </summary>
    public static void Records(ReadOnlySpan<byte> request, Record found) => Each(new ProtobufReader(request), 1, (ref resource) =>
    {
        var about = new OtlpAttributes();
        Each(resource, 1, (ref description) => Each(description, 1, (ref pair) => KeyValue(pair, about)));
        var from = new ResourceRow(about.ToArray());
        Each(resource, 2, (ref scope) =>
        {
            var described = new ScopeRow("");
            Each(scope, 1, (ref description) => described = Scope(description));
            var source = new OtlpSource(from, described);
            Each(scope, 2, (ref record) => found(source, record));
        });
    });

    private static ScopeRow Scope(ProtobufReader scope)
    {
        var (name, version, attributes) = ("", "", new OtlpAttributes());
        while (scope.Next())
        {
            switch (scope.Field)
            {
                case 1:
                    name = scope.Text();
                    break;
                case 2:
                    version = scope.Text();
                    break;
                case 3:
                    KeyValue(scope.Message(), attributes);
                    break;
            }
        }

        return new ScopeRow(name, version.Length > 0 ? version : null, attributes.ToArray());
    }

    /// <summary>Every occurrence of a field that holds bytes.</summary>
    public static void Each(ProtobufReader message, int field, Field found)
    {
        while (message.Next())
        {
            if (message.Field == field)
            {
                var inner = message.Message();
                found(ref inner);
            }
        }
    }

    public static void KeyValue(ProtobufReader pair, OtlpAttributes into)
    {
        var (key, value) = Pair(pair, 0);
        into.Add(key, value);
    }

    public static object? AnyValue(ProtobufReader any, int depth)
    {
        if (depth > OtlpLimits.Depth)
        {
            throw new OtlpFormatException($"An attribute's value is nested more than {OtlpLimits.Depth} deep.");
        }

        object? value = null;
        while (any.Next())
        {
            switch (any.Field)
            {
                case 1:
                    value = any.Text();
                    break;
                case 2:
                    value = any.Varint() != 0;
                    break;
                case 3:
                    value = (long)any.Varint();
                    break;
                case 4:
                    value = any.Floating();
                    break;
                case 5:
                    value = Items(any.Message(), depth);
                    break;
                case 6:
                    value = JsonSerializer.Serialize(Pairs(any.Message(), depth));
                    break;
                case 7:
                    value = Convert.ToBase64String(any.Bytes());
                    break;
            }
        }

        return value;
    }

    private static object?[] Items(ProtobufReader array, int depth)
    {
        var items = new List<object?>();
        Each(array, 1, (ref item) => items.Add(AnyValue(item, depth + 1)));
        return [.. items];
    }

    private static Dictionary<string, object?> Pairs(ProtobufReader list, int depth)
    {
        var pairs = new Dictionary<string, object?>();
        Each(list, 1, (ref item) =>
        {
            var (key, value) = Pair(item, depth + 1);
            pairs[key] = value;
        });
        return pairs;
    }

    private static (string Key, object? Value) Pair(ProtobufReader pair, int depth)
    {
        var key = "";
        object? value = null;
        while (pair.Next())
        {
            switch (pair.Field)
            {
                case 1:
                    key = Utf8Pool.Get(pair.Bytes());
                    break;
                case 2:
                    value = AnyValue(pair.Message(), depth);
                    break;
            }
        }

        return (key, value);
    }
}

/// <summary>Attribute keys seen before, so that a key is one object however often it arrives. Bounded by its slots; a newcomer takes a slot over.</summary>
internal static class Utf8Pool
{
    private const int MaxBytes = 64;

    private static readonly Entry?[] s_slots = new Entry?[1024];

    public static string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > MaxBytes)
        {
            return Encoding.UTF8.GetString(utf8);
        }

        var hash = new HashCode();
        hash.AddBytes(utf8);
        ref var slot = ref s_slots[(uint)hash.ToHashCode() % (uint)s_slots.Length];
        var entry = slot;
        if (entry is null || !utf8.SequenceEqual(entry.Bytes))
        {
            slot = entry = new Entry(utf8.ToArray(), Encoding.UTF8.GetString(utf8));
        }

        return entry.Text;
    }

    private sealed record Entry(byte[] Bytes, string Text);
}
