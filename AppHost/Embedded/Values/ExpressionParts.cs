using System.Text;

namespace OrionPlatform.AppHost;

/// <summary>Collects text and values into a <see cref="ReferenceExpression"/>.</summary>
internal sealed class ExpressionParts(int capacity)
{
    private readonly StringBuilder _format = new(capacity);
    private readonly List<IValueProvider> _values = [];
    private readonly List<string> _expressions = [];
    private readonly List<string?> _formats = [];

    public bool IsEmpty => _format.Length == 0;

    public void AddText(string? text) => _format.Append(text?.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal));

    public void AddValue(IValueProvider value, string expression, string? format)
    {
        ArgumentNullException.ThrowIfNull(value);
        _ = Formatted("", format);
        _format.Append('{').Append(_values.Count).Append('}');
        _values.Add(value);
        _expressions.Add(expression);
        _formats.Add(format);
    }

    public ReferenceExpression Build() => IsEmpty ? ReferenceExpression.Empty : new ReferenceExpression(_format.ToString(), [.. _values], [.. _expressions], [.. _formats]);

    public static string? Formatted(string? value, string? format) => format switch
    {
        null => value,
        "uri" => value is null ? null : Uri.EscapeDataString(value),
        _ => throw new FormatException($"The format '{format}' is not known; a reference expression knows only 'uri'."),
    };
}
