using System.Globalization;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Http;
using Orion.OpsPanel.Live;

namespace Orion.OpsPanel.Figures;

/// <summary>Reads filters from an address; what is not valid is refused by name, never ignored.</summary>
internal sealed class QueryReader(IQueryCollection query)
{
    private const int MaxLength = 200;

    /// <summary>A text of at most 200 characters, or null when it is missing or blank.</summary>
    public string? Text(string field)
    {
        var value = query[field].ToString().Trim();
        return value.Length switch
        {
            0 => null,
            > MaxLength => throw new BadViewException(field, $"has {value.Length} characters; at most {MaxLength} are allowed."),
            _ => value,
        };
    }

    /// <summary>An attribute and its value: <c>host.name=web-1</c>.</summary>
    public KeyValuePair<string, string>? Attribute(string field)
    {
        if (Text(field) is not { } text)
        {
            return null;
        }

        var at = text.IndexOf('=', StringComparison.Ordinal);
        return at > 0
            ? new(text[..at].Trim(), text[(at + 1)..].Trim())
            : throw new BadViewException(field, "must be a name and a value: host.name=web-1.");
    }

    public bool Flag(string field) => Text(field) switch
    {
        null or "0" => false,
        "1" or "on" => true,
        _ => throw new BadViewException(field, "must be 1 or 0."),
    };

    /// <summary>A whole number of milliseconds, 0 to a day.</summary>
    public int? Milliseconds(string field)
    {
        if (Text(field) is not { } text)
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value <= 86_400_000
            ? value == 0 ? null : value
            : throw new BadViewException(field, "must be a whole number of milliseconds from 0 to 86400000.");
    }

    public TEnum Choice<TEnum>(string field, TEnum fallback, IReadOnlyDictionary<string, TEnum> choices) where TEnum : struct
    {
        if (Text(field) is not { } text)
        {
            return fallback;
        }

        return choices.TryGetValue(text, out var value)
            ? value
            : throw new BadViewException(field, $"must be one of {string.Join(", ", choices.Keys)}.");
    }

    /// <summary>The inverse: a path with those fields that have a value.</summary>
    public static string Location(string path, params ReadOnlySpan<(string Name, string? Value)> fields)
    {
        var location = path;
        var separator = '?';
        foreach (var (name, value) in fields)
        {
            if (!string.IsNullOrEmpty(value))
            {
                location += $"{separator}{name}={UrlEncoder.Default.Encode(value)}";
                separator = '&';
            }
        }

        return location;
    }
}
