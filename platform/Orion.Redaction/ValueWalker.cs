using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Orion.Redaction;

/// <summary>
/// Judges values as they are, before anything writes them as text: every text of a list or map by the value rules, every member of a map by
/// its name too, a list that is a command line as one, and <c>{"name": ..., "value": ...}</c> as the pair that it is.
/// </summary>
internal sealed class ValueWalker(Func<string, NameKind> kindOf, Func<string, string> cleanName, Func<string, string> cleanText)
{
    /// <summary>Levels of lists and maps that are looked into; what lies deeper goes.</summary>
    public const int MaxDepth = 24;

    private const int MaxItems = 1024;

    private static readonly HashSet<string> s_nameMembers = new(["name", "key", "header", "field", "parameter", "variable", "option", "k"],
        StringComparer.OrdinalIgnoreCase);
    private static readonly HashSet<string> s_valueMembers =
        new(["value", "val", "values", "stringValue", "content", "contents", "data", "text", "v"], StringComparer.OrdinalIgnoreCase);

    /// <summary>A value without what must not be kept: the same object when it is clean.</summary>
    public object? Clean(object? value, int depth)
    {
        if (depth > MaxDepth && value is IEnumerable and not string)
        {
            return Sanitizer.Redacted;
        }

        switch (value)
        {
            // In the order in which they are common: a type that is none of them is compared with each.
            case string text:
                return cleanText(text);
            case long number:
                return number is > -1_000_000_000_000 and < 1_000_000_000_000 ? value
                    : Numeric(value, number.ToString(CultureInfo.InvariantCulture));
            case null or bool or int or float or short or byte or sbyte or ushort or uint or char or TimeSpan or DateTime
                or DateTimeOffset or DateOnly or TimeOnly or Guid or Enum:
                return value;
            case double number:
                return Math.Abs(number) is >= 1e12 and < 1e19 && number == Math.Truncate(number)
                    ? Numeric(value, number.ToString("F0", CultureInfo.InvariantCulture)) : value;
            case IFormattable number and (ulong or decimal or Int128 or UInt128):
                return Numeric(value, number.ToString(null, CultureInfo.InvariantCulture));
            case JsonElement number:
                return Numeric(value, number.GetRawText());
            case string[] texts:
                return Texts(texts);
            case bool[] or int[]:
                return value;
            case byte[] bytes:
                // Each read as a character, by which any text in them is found.
                return Encoding.Latin1.GetString(bytes) is var read && ReferenceEquals(cleanText(read), read) ? value : Sanitizer.Redacted;
            case long[] numbers:
                return Array.Exists(numbers, IsHidden) ? Sanitizer.Redacted : value;
            case double[] numbers:
                return Array.Exists(numbers, IsHidden) ? Sanitizer.Redacted : value;
            case IEnumerable items:
                return Pairs(items) is { } pairs ? Map(value, pairs, depth) : List(value, items, depth);
            default:
                return cleanText(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "");
        }
    }

    /// <summary>The members of a map, whatever its type; null for a list.</summary>
    public static IReadOnlyList<KeyValuePair<string, object?>>? Pairs(IEnumerable items) => items switch
    {
        KeyValuePair<string, object?>[] pairs => pairs,
        IEnumerable<KeyValuePair<string, object?>> pairs => [.. pairs.Take(MaxItems)],
        IEnumerable<KeyValuePair<string, string?>> pairs =>
            [.. pairs.Take(MaxItems).Select(p => KeyValuePair.Create(p.Key, (object?)p.Value))],
        IDictionary dictionary => [.. dictionary.Keys.Cast<object>().Take(MaxItems).Select(k =>
            KeyValuePair.Create(Convert.ToString(k, CultureInfo.InvariantCulture) ?? "", dictionary[k]))],
        _ => null,
    };

    private object Map(object map, IReadOnlyList<KeyValuePair<string, object?>> pairs, int depth)
    {
        var pair = IsSecretPair(pairs);
        KeyValuePair<string, object?>[]? clean = null;
        for (var i = 0; i < pairs.Count; i++)
        {
            var (key, value) = pairs[i];
            var kind = pair != NameKind.Plain && s_valueMembers.Contains(key) ? pair : kindOf(key);
            var settled = kind != NameKind.Plain && !Harmless.Is(kind, value) ? Sanitizer.Redacted : Clean(value, depth + 1);
            var name = cleanName(key);
            if (!ReferenceEquals(settled, value) || !ReferenceEquals(name, key))
            {
                clean ??= [.. pairs];
                clean[i] = new(name, settled);
            }
        }

        return clean is null ? map : map is Dictionary<string, object?> ? clean.DistinctBy(p => p.Key).ToDictionary() : clean;
    }

    /// <summary>What the name says that is itself a member: <c>{"name": "password", "value": ...}</c>.</summary>
    private NameKind IsSecretPair(IReadOnlyList<KeyValuePair<string, object?>> pairs)
    {
        var named = NameKind.Plain;
        var hasValue = false;
        foreach (var (key, value) in pairs)
        {
            named = named == NameKind.Plain && value is string { Length: < 128 } name && s_nameMembers.Contains(key) ? kindOf(name) : named;
            hasValue |= s_valueMembers.Contains(key);
        }

        return hasValue ? named : NameKind.Plain;
    }

    private object List(object list, IEnumerable items, int depth)
    {
        var all = items as object?[] ?? [.. items.Cast<object?>().Take(MaxItems + 1)];
        if (all.Length > MaxItems)
        {
            all = [.. all.AsSpan(0, MaxItems), "[cut]"];
        }

        var clean = Arguments(all);
        for (var i = 0; i < all.Length; i++)
        {
            var value = clean[i];
            var settled = Clean(value, depth + 1);
            if (!ReferenceEquals(settled, value))
            {
                clean = ReferenceEquals(clean, all) ? (object?[])all.Clone() : clean;
                clean[i] = settled;
            }
        }

        return ReferenceEquals(clean, items) ? list : list is object?[] || !ReferenceEquals(clean, all) ? clean : all;
    }

    private string[] Texts(string[] texts)
    {
        string[]? clean = null;
        var arguments = Arguments(texts);
        for (var i = 0; i < texts.Length; i++)
        {
            if (arguments[i] is string text && cleanText(text) is var settled && !ReferenceEquals(settled, texts[i]))
            {
                clean ??= (string[])texts.Clone();
                clean[i] = settled;
            }
        }

        return clean ?? texts;
    }

    /// <summary>A command line, or a name with its value.</summary>
    private object?[] Arguments(object?[] items)
    {
        if (items.Length < 2 || items[0] is not string first)
        {
            return items;
        }

        if (items.Length == 2 && items[1] is string second && first.Length < 128 && kindOf(first) is var kind and not NameKind.Plain
            && first[0] != '-'
            && kindOf(second) == NameKind.Plain && !Harmless.Is(kind, second))
        {
            return [first, Sanitizer.Redacted];
        }

        return CommandLineDetector.Redact(items, kindOf);
    }

    private bool IsHidden(long number) => Clean(number, 0) is string;

    private bool IsHidden(double number) => Clean(number, 0) is string;

    private object Numeric(object value, string text) => ReferenceEquals(cleanText(text), text) ? value : Sanitizer.Redacted;
}
