using System.Globalization;
using System.Runtime.CompilerServices;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Text with values in it that are known only when the application runs.</summary>
public class ReferenceExpression : IExpressionValue, IValueWithReferences
{
    /// <summary>The expression without text; its value is null.</summary>
    public static readonly ReferenceExpression Empty = new("", [], [], []);

    internal ReferenceExpression(string format, IReadOnlyList<IValueProvider> valueProviders, IReadOnlyList<string> manifestExpressions, IReadOnlyList<string?> stringFormats)
    {
        Format = format;
        ValueProviders = valueProviders;
        ManifestExpressions = manifestExpressions;
        StringFormats = stringFormats;
    }

    /// <summary>Composite format string: <c>{0}</c> stands for the first provider; braces of the text are doubled.</summary>
    public string Format { get; }

    /// <summary>The values, in order.</summary>
    public IReadOnlyList<IValueProvider> ValueProviders { get; }

    /// <summary>The values' expressions, in order.</summary>
    public IReadOnlyList<string> ManifestExpressions { get; }

    /// <summary>The values' formats, in order: null, or <c>uri</c> for percent-encoding.</summary>
    public IReadOnlyList<string?> StringFormats { get; }

    /// <inheritdoc/>
    public string ValueExpression => string.Format(CultureInfo.InvariantCulture, Format, [.. ManifestExpressions]);

    IEnumerable<object> IValueWithReferences.References => ValueProviders;

    /// <summary>Makes an expression from an interpolated string.</summary>
    public static ReferenceExpression Create(in ExpressionInterpolatedStringHandler handler) => handler.Build();

    /// <inheritdoc/>
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken) => GetValueAsync(new ValueProviderContext(), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<string?> GetValueAsync(ValueProviderContext context, CancellationToken cancellationToken)
    {
        if (Format.Length == 0)
        {
            return null;
        }

        var values = new object?[ValueProviders.Count];
        for (var i = 0; i < values.Length; i++)
        {
            var value = await ValueProviders[i].GetValueAsync(context, cancellationToken);
            values[i] = ExpressionParts.Formatted(value, StringFormats[i]);
        }

        return string.Format(CultureInfo.InvariantCulture, Format, values);
    }

    /// <summary>Receives the parts of an interpolated string.</summary>
    [InterpolatedStringHandler]
    public ref struct ExpressionInterpolatedStringHandler
    {
        private readonly ExpressionParts _parts;

        /// <summary>Called by the compiler.</summary>
        public ExpressionInterpolatedStringHandler(int literalLength, int formattedCount) => _parts = new ExpressionParts(literalLength + (3 * formattedCount));

        /// <summary>Text.</summary>
        public readonly void AppendLiteral(string value) => _parts.AddText(value);

        /// <summary>Text.</summary>
        public readonly void AppendFormatted(string? value) => _parts.AddText(value);

        /// <summary>Text in a format.</summary>
        public readonly void AppendFormatted(string? value, string? format = null) => _parts.AddText(ExpressionParts.Formatted(value, format));

        /// <summary>A value.</summary>
        public readonly void AppendFormatted<T>(T valueProvider) where T : IValueProvider, IManifestExpressionProvider => _parts.AddValue(valueProvider, valueProvider.ValueExpression, null);

        /// <summary>A value in a format.</summary>
        public readonly void AppendFormatted<T>(T valueProvider, string? format = null) where T : IValueProvider, IManifestExpressionProvider =>
            _parts.AddValue(valueProvider, valueProvider.ValueExpression, format);

        /// <summary>The value of a resource.</summary>
        public readonly void AppendFormatted<T>(IResourceBuilder<T> valueProvider) where T : IResource, IValueProvider, IManifestExpressionProvider =>
            AppendFormatted(valueProvider.Resource);

        /// <summary>The value of a resource in a format.</summary>
        public readonly void AppendFormatted<T>(IResourceBuilder<T> valueProvider, string? format = null) where T : IResource, IValueProvider, IManifestExpressionProvider =>
            AppendFormatted(valueProvider.Resource, format);

        internal readonly ReferenceExpression Build() => _parts.Build();
    }
}
