using System.Text;
using System.Text.Json;

namespace OrionPlatform.Sink;

/// <summary>Parts that all signals share, from protobuf.</summary>
internal static class OtlpProto
{
    /// <summary><c>service.name</c> of a Resource message.</summary>
    public static string? ServiceName(ProtoReader resource)
    {
        var attributes = new OtlpAttributes();
        while (resource.Next())
        {
            if (resource.Field == 1)
            {
                KeyValue(resource.Message(), attributes);
            }
            else
            {
                resource.Skip();
            }
        }

        return attributes.Text("service.name");
    }

    /// <summary>The first text field of a message: a scope's name.</summary>
    public static string ScopeName(ProtoReader scope)
    {
        var name = "";
        while (scope.Next())
        {
            if (scope.Field == 1)
            {
                name = scope.Text();
            }
            else
            {
                scope.Skip();
            }
        }

        return name;
    }

    public static void KeyValue(ProtoReader pair, OtlpAttributes into)
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
                    value = AnyValue(pair.Message(), 0);
                    break;
                default:
                    pair.Skip();
                    break;
            }
        }

        into.Add(key, value);
    }

    public static object? AnyValue(ProtoReader any, int depth)
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
                    value = any.Double();
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
                default:
                    any.Skip();
                    break;
            }
        }

        return value;
    }

    private static object?[] Items(ProtoReader array, int depth)
    {
        var items = new List<object?>();
        while (array.Next())
        {
            if (array.Field == 1)
            {
                items.Add(AnyValue(array.Message(), depth + 1));
            }
            else
            {
                array.Skip();
            }
        }

        return [.. items];
    }

    private static Dictionary<string, object?> Pairs(ProtoReader list, int depth)
    {
        var pairs = new Dictionary<string, object?>();
        while (list.Next())
        {
            if (list.Field != 1)
            {
                list.Skip();
                continue;
            }

            var pair = list.Message();
            var (key, value) = ("", (object?)null);
            while (pair.Next())
            {
                switch (pair.Field)
                {
                    case 1:
                        key = pair.Text();
                        break;
                    case 2:
                        value = AnyValue(pair.Message(), depth + 1);
                        break;
                    default:
                        pair.Skip();
                        break;
                }
            }

            pairs[key] = value;
        }

        return pairs;
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
