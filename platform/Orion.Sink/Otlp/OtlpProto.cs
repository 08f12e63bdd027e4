using System.Text;
using Orion.Sink.Rows;

namespace Orion.Sink.Otlp;

/// <summary>Parts that all signals share, from protobuf.</summary>
internal static class OtlpProto
{
    public delegate void Record(OtlpSource source, ProtobufReader record);

    public delegate void Field(ref ProtobufReader message);

    /// <summary>
    /// Every record of an export request with where it comes from. The three signals' requests have one shape: resources (field 1), in each
    /// its description (1) and its scopes (2), in each scope its description (1) and its records (2). A description may follow what it
    /// describes, so it is looked for first.
    /// </summary>
    public static void Records(ReadOnlySpan<byte> request, OtlpReport report, Record found) =>
        Records(new ProtobufReader(request) { Budget = new OtlpBudget() }, report, found);

    private static void Records(ProtobufReader request, OtlpReport report, Record found) => Each(request, 1, (ref resource) =>
    {
        var about = new OtlpAttributes();
        Each(resource, 1, (ref description) => Described(description, about));
        report.Cut(about);
        var from = new ResourceRow(about.ToArray()) { DroppedAttributes = about.Dropped };
        Each(resource, 2, (ref scope) =>
        {
            var described = new ScopeRow("");
            Each(scope, 1, (ref description) => described = Scope(description, report));
            var source = new OtlpSource(from, described);
            Each(scope, 2, (ref record) => found(source, record));
        });
    });

    private static void Described(ProtobufReader resource, OtlpAttributes about)
    {
        while (resource.Next())
        {
            switch (resource.Field)
            {
                case 1:
                    KeyValue(resource.Message(), about);
                    break;
                case 2:
                    about.LeftOut((uint)resource.Varint());
                    break;
            }
        }
    }

    private static ScopeRow Scope(ProtobufReader scope, OtlpReport report)
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
                case 4:
                    attributes.LeftOut((uint)scope.Varint());
                    break;
            }
        }

        report.Cut(attributes);
        return new ScopeRow(name, version.Length > 0 ? version : null, attributes.ToArray()) { DroppedAttributes = attributes.Dropped };
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
        if (into.IsFull)
        {
            into.Leave();
            return;
        }

        var (key, value) = Pair(pair, 0, into);
        into.Add(key, value);
    }

    /// <summary>A value: text (also of bytes, in base64), a number, a list (an array) or a map (a dictionary).</summary>
    /// <param name="any">It.</param>
    /// <param name="depth">In how many lists and maps it lies.</param>
    /// <param name="owner">Counts what is left out of it.</param>
    public static object? AnyValue(ProtobufReader any, int depth, OtlpAttributes owner)
    {
        if (depth > OtlpLimits.Depth)
        {
            owner.CutElements++;
            return null;
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
                    value = Elements(any.Message(), depth, owner);
                    break;
                case 6:
                    value = Pairs(any.Message(), depth, owner);
                    break;
                case 7:
                    value = Convert.ToBase64String(any.Bytes());
                    break;
            }
        }

        return value;
    }

    private static object?[] Elements(ProtobufReader list, int depth, OtlpAttributes owner)
    {
        var elements = new List<object?>();
        Each(list, 1, (ref item) =>
        {
            if (elements.Count < OtlpLimits.Elements)
            {
                elements.Add(AnyValue(item, depth + 1, owner));
            }
            else
            {
                owner.CutElements++;
            }
        });
        return [.. elements];
    }

    private static Dictionary<string, object?> Pairs(ProtobufReader list, int depth, OtlpAttributes owner)
    {
        var pairs = new Dictionary<string, object?>();
        Each(list, 1, (ref item) =>
        {
            if (pairs.Count < OtlpLimits.Attributes)
            {
                var (key, value) = Pair(item, depth + 1, owner);
                pairs[key] = value;
            }
            else
            {
                owner.CutElements++;
            }
        });
        return pairs;
    }

    private static (string Key, object? Value) Pair(ProtobufReader pair, int depth, OtlpAttributes owner)
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
                    value = AnyValue(pair.Message(), depth, owner);
                    break;
            }
        }

        return (key, value);
    }
}

/// <summary>Attribute keys seen before, so that a key is one object however often it arrives. Bounded by its slots; a newcomer takes a slot
/// over.</summary>
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
