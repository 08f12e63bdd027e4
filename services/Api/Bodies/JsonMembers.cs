using System.Text.Json;
using System.Text.RegularExpressions;
using Orion.Telemetry.Errors;

namespace OrionPlatform.Api;

/// <summary>The members of a JSON object, taken one by one; each refusal names the member.</summary>
internal readonly struct JsonMembers
{
    private readonly JsonElement _object;
    private readonly string _path;

    /// <summary>Checks that it is an object with no members but those.</summary>
    public JsonMembers(JsonElement element, string path, params ReadOnlySpan<string> known)
    {
        _object = element;
        _path = path;
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw RefusedException.Invalid(path.Length == 0 ? "The body must be a JSON object." : $"'{path}' must be an object.");
        }

        foreach (var member in element.EnumerateObject())
        {
            var name = NameOf(member);
            if (!known.Contains(name))
            {
                name = name.Length > 64 ? name[..(char.IsHighSurrogate(name[63]) ? 63 : 64)] + "..." : name;
                throw new RefusedException(ErrorCatalogue.UnknownMember,
                    $"'{Path(name)}' is not known here; known are {string.Join(", ", known)}.");
            }
        }
    }

    public JsonElement Require(string name) => _object.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
        ? value
        : throw new RefusedException(ErrorCatalogue.MissingMember, $"'{Path(name)}' is required.");

    public string Text(string name, int maxLength, Regex? pattern = null, string? shape = null) =>
        Text(Require(name), Path(name), maxLength, pattern, shape);

    public long Integer(string name, long min, long max) =>
        Require(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number) && number >= min && number <= max
            ? number
            : throw RefusedException.Invalid($"'{Path(name)}' must be a whole number from {min} to {max}.");

    public double Number(string name) =>
        Require(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetDouble(out var number) && double.IsFinite(number)
        ? number
        : throw RefusedException.Invalid($"'{Path(name)}' must be a number.");

    /// <summary>The number, or the other one when there is none: for members that came later.</summary>
    public double Number(string name, double missing) => _object.TryGetProperty(name, out _) ? Number(name) : missing;

    public DateTimeOffset Time(string name) =>
        Require(name) is { ValueKind: JsonValueKind.String } value && value.TryGetDateTimeOffset(out var time)
        ? time
        : throw RefusedException.Invalid($"'{Path(name)}' must be a time as in RFC 3339.");

    public IReadOnlyList<string> Texts(string name, int maxCount, int maxLength, Regex? pattern = null, string? shape = null)
    {
        var value = Require(name);
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > maxCount)
        {
            throw RefusedException.Invalid($"'{Path(name)}' must be an array of at most {maxCount}.");
        }

        var path = Path(name);
        return [.. value.EnumerateArray().Select((item, i) => Text(item, $"{path}[{i}]", maxLength, pattern, shape))];
    }

    /// <summary>The objects of an array, each with no members but those; none when the member is not there.</summary>
    public IReadOnlyList<JsonMembers> Objects(string name, int maxCount, params string[] known)
    {
        if (!_object.TryGetProperty(name, out var value))
        {
            return [];
        }

        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > maxCount)
        {
            throw RefusedException.Invalid($"'{Path(name)}' must be an array of at most {maxCount}.");
        }

        var path = Path(name);
        return [.. value.EnumerateArray().Select((item, i) => new JsonMembers(item, $"{path}[{i}]", known))];
    }

    private static string Text(JsonElement value, string path, int maxLength, Regex? pattern, string? shape)
    {
        if (value.ValueKind != JsonValueKind.String || Decode(value) is not { Length: > 0 } text || text.Length > maxLength)
        {
            throw RefusedException.Invalid($"'{path}' must be a string of 1 to {maxLength} characters.");
        }

        return pattern is null || pattern.IsMatch(text) ? text : throw RefusedException.Invalid($"'{path}' must be {shape}.");
    }

    private static string NameOf(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            return "\ufffd";
        }
    }

    // An escape such as \ud800 alone is valid JSON and no valid text.
    private static string? Decode(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private string Path(string name) => _path.Length == 0 ? name : _path + "." + name;
}
