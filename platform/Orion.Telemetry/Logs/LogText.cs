using System.Globalization;
using System.Text;
using Orion.Redaction;

namespace Orion.Telemetry.Logs;

/// <summary>
/// The message of a log call without the arguments that may not be kept. A value rule cannot know that the <c>hunter2</c> in a rendered
/// message was the argument <c>{Password}</c>, so such a message is rendered again from its template.
/// </summary>
internal static class LogText
{
    private const string OriginalFormat = "{OriginalFormat}";

    public static string Render<TState>(TState state, Exception? exception, Func<TState, Exception?, string> formatter, Sanitizer sanitizer,
        out string? template)
    {
        template = null;
        var arguments = state as IReadOnlyList<KeyValuePair<string, object?>>;
        var sensitive = false;
        for (var i = 0; i < (arguments?.Count ?? 0); i++)
        {
            var (key, value) = arguments![i];
            if (key == OriginalFormat)
            {
                template = value as string;
            }
            else
            {
                // What a list or map holds is judged part by part, which its text no longer shows.
                sensitive |= sanitizer.Hides(key, value)
                    || (value is System.Collections.IEnumerable and not string && !ReferenceEquals(sanitizer.Tree(key, value), value));
            }
        }

        return sanitizer.Text(
            !sensitive ? formatter(state, exception)
            : template is null ? Sanitizer.Redacted
            : Fill(template, arguments!, sanitizer));
    }

    /// <summary>The structured arguments, without the template.</summary>
    public static KeyValuePair<string, object?>[] Arguments<TState>(TState state) =>
        state is IEnumerable<KeyValuePair<string, object?>> arguments
            ? [.. arguments.Where(a => a.Key != OriginalFormat).Select(a => new KeyValuePair<string, object?>(a.Key, Plain(a.Value)))]
            : [];

    /// <summary>Values as they are redacted and kept: text, truth, numbers, lists and maps; anything else as its text.</summary>
    private static object? Plain(object? value) => value switch
    {
        null or string or bool or long or double => value,
        int or short or byte or sbyte or ushort or uint => Convert.ToInt64(value, CultureInfo.InvariantCulture),
        float number => (double)number,
        System.Collections.IEnumerable => value,
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };

    private static string Fill(string template, IReadOnlyList<KeyValuePair<string, object?>> arguments, Sanitizer sanitizer)
    {
        var text = new StringBuilder(template.Length + 32);
        var next = 0;
        for (var i = 0; i < template.Length; i++)
        {
            var c = template[i];
            if (c is '{' or '}' && i + 1 < template.Length && template[i + 1] == c)
            {
                text.Append(c);
                i++;
                continue;
            }

            var end = c == '{' ? template.IndexOf('}', i) : -1;
            if (end < 0)
            {
                text.Append(c);
                continue;
            }

            if (next < arguments.Count && arguments[next].Key != OriginalFormat)
            {
                var (key, value) = arguments[next++];
                text.Append(Sanitizer.AsText(sanitizer.Tree(key, Plain(value)) ?? "(null)"));
            }

            i = end;
        }

        return text.ToString();
    }
}
