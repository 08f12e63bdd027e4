using System.Globalization;
using System.Text;
using System.Text.Json;

namespace OrionPlatform.Sink;

/// <summary>Parts that all signals share, from OTLP's JSON: ids in hex, 64-bit integers as text or numbers, enumerations as numbers, unknown members ignored.</summary>
internal static class OtlpJson
{
    public static IEnumerable<JsonElement> Items(JsonElement parent, string name)
    {
        if (!Member(parent, name, out var items))
        {
            return [];
        }

        return items.ValueKind == JsonValueKind.Array ? items.EnumerateArray() : throw new OtlpFormatException($"'{name}' must be an array.");
    }

    /// <summary>Every record of an export request with where it comes from; the three signals' requests differ in the names of their members only.</summary>
    public static IEnumerable<(OtlpSource Source, JsonElement Record)> Records(JsonElement request, string resources, string scopes, string records)
    {
        foreach (var resource in Items(request, resources))
        {
            var about = new OtlpAttributes();
            if (Member(resource, "resource", out var description))
            {
                Attributes(description, about);
            }

            var from = new ResourceRow(about.ToArray());
            foreach (var scope in Items(resource, scopes))
            {
                var source = new OtlpSource(from, Member(scope, "scope", out var named) ? Scope(named) : new ScopeRow(""));
                foreach (var record in Items(scope, records))
                {
                    yield return (source, record);
                }
            }
        }
    }

    private static ScopeRow Scope(JsonElement scope)
    {
        var attributes = new OtlpAttributes();
        Attributes(scope, attributes);
        return new ScopeRow(Text(scope, "name") ?? "", Text(scope, "version") is { Length: > 0 } version ? version : null, attributes.ToArray());
    }

    public static void Attributes(JsonElement owner, OtlpAttributes into, string name = "attributes")
    {
        foreach (var pair in Items(owner, name))
        {
            into.Add(Utf8Pool.Get(Encoding.UTF8.GetBytes(Text(pair, "key") ?? "")), Member(pair, "value", out var value) ? AnyValue(value, 0) : null);
        }
    }

    public static object? AnyValue(JsonElement any, int depth)
    {
        if (depth > OtlpLimits.Depth)
        {
            throw new OtlpFormatException($"An attribute's value is nested more than {OtlpLimits.Depth} deep.");
        }

        if (any.ValueKind != JsonValueKind.Object)
        {
            throw new OtlpFormatException("An attribute's 'value' must be an object such as {\"stringValue\":\"...\"}.");
        }

        foreach (var member in any.EnumerateObject())
        {
            switch (member.Name)
            {
                case "stringValue":
                case "bytesValue":
                    return String(member.Value, member.Name);
                case "boolValue":
                    return member.Value.ValueKind switch
                    {
                        JsonValueKind.True => true,
                        JsonValueKind.False => false,
                        _ => throw new OtlpFormatException("'boolValue' must be true or false."),
                    };
                case "intValue":
                    return Integer(member.Value, member.Name);
                case "doubleValue":
                    return Double(member.Value, member.Name);
                case "arrayValue":
                    return Items(member.Value, "values").Select(v => AnyValue(v, depth + 1)).ToArray();
                case "kvlistValue":
                    return JsonSerializer.Serialize(Items(member.Value, "values").ToDictionary(
                        p => Text(p, "key") ?? "", p => Member(p, "value", out var value) ? AnyValue(value, depth + 1) : null));
            }
        }

        return null;
    }

    public static string? Text(JsonElement owner, string name) => Member(owner, name, out var value) ? String(value, name) : null;

    public static byte[] Id(JsonElement owner, string name)
    {
        try
        {
            return Text(owner, name) is { Length: > 0 } hex ? Convert.FromHexString(hex) : [];
        }
        catch (FormatException exception)
        {
            throw new OtlpFormatException($"'{name}' must be hexadecimal.", exception);
        }
    }

    public static ulong Time(JsonElement owner, string name)
    {
        if (!Member(owner, name, out var value))
        {
            return 0;
        }

        var integer = Integer(value, name);
        return integer >= 0 ? (ulong)integer : throw new OtlpFormatException($"'{name}' must not be negative.");
    }

    public static int Enum(JsonElement owner, string name)
    {
        if (!Member(owner, name, out var value))
        {
            return 0;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : throw new OtlpFormatException($"'{name}' must be the enumeration's number.");
    }

    public static long Integer(JsonElement value, string name) => value.ValueKind switch
    {
        JsonValueKind.Number when value.TryGetInt64(out var number) => number,
        JsonValueKind.String when long.TryParse(value.GetString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
        _ => throw new OtlpFormatException($"'{name}' must be a 64-bit integer, as a number or as text."),
    };

    public static ulong Unsigned(JsonElement value, string name) => value.ValueKind switch
    {
        JsonValueKind.Number when value.TryGetUInt64(out var number) => number,
        JsonValueKind.String when ulong.TryParse(value.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
        _ => throw new OtlpFormatException($"'{name}' must be a 64-bit integer from 0 on, as a number or as text."),
    };

    public static double Double(JsonElement value, string name) => value.ValueKind switch
    {
        JsonValueKind.Number => value.GetDouble(),
        JsonValueKind.String when double.TryParse(value.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
        _ => throw new OtlpFormatException($"'{name}' must be a number, or \"NaN\", \"Infinity\" or \"-Infinity\"."),
    };

    public static bool Member(JsonElement owner, string name, out JsonElement value)
    {
        if (owner.ValueKind != JsonValueKind.Object)
        {
            throw new OtlpFormatException($"An object with '{name}' was expected, not {owner.ValueKind}.");
        }

        return owner.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;
    }

    private static string String(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : throw new OtlpFormatException($"'{name}' must be text.");
}
