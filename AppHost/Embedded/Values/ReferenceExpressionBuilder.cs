using System.Runtime.CompilerServices;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Makes a <see cref="ReferenceExpression"/> piece by piece.</summary>
public class ReferenceExpressionBuilder
{
    private readonly ExpressionParts _parts = new(capacity: 64);

    /// <summary>True while nothing has been appended.</summary>
    public bool IsEmpty => _parts.IsEmpty;

    /// <summary>Appends an interpolated string.</summary>
    public void Append([InterpolatedStringHandlerArgument("")] in ReferenceExpressionBuilderInterpolatedStringHandler handler)
    {
        // The handler was given this builder and has appended to it already.
    }

    /// <summary>Appends text.</summary>
    public void AppendLiteral(string value) => _parts.AddText(value);

    /// <summary>Appends text.</summary>
    public void AppendFormatted(string? value) => _parts.AddText(value);

    /// <summary>Appends text in a format.</summary>
    public void AppendFormatted(string? value, string? format = null) => _parts.AddText(ExpressionParts.Formatted(value, format));

    /// <summary>Appends a value.</summary>
    public void AppendFormatted<T>(T valueProvider) where T : IValueProvider, IManifestExpressionProvider => AppendFormatted(valueProvider, null);

    /// <summary>Appends a value in a format.</summary>
    public void AppendFormatted<T>(T valueProvider, string? format) where T : IValueProvider, IManifestExpressionProvider =>
        _parts.AddValue(valueProvider, valueProvider.ValueExpression, format);

    /// <summary>The expression so far.</summary>
    public ReferenceExpression Build() => _parts.Build();

    /// <summary>Receives the parts of an interpolated string.</summary>
    [InterpolatedStringHandler]
    public ref struct ReferenceExpressionBuilderInterpolatedStringHandler
    {
        private readonly ReferenceExpressionBuilder _builder;

        /// <summary>Called by the compiler.</summary>
        public ReferenceExpressionBuilderInterpolatedStringHandler(int literalLength, int formattedCount, ReferenceExpressionBuilder builder)
        {
            ArgumentNullException.ThrowIfNull(builder);
            _builder = builder;
        }

        /// <summary>Text.</summary>
        public readonly void AppendLiteral(string value) => _builder.AppendLiteral(value);

        /// <summary>Text.</summary>
        public readonly void AppendFormatted(string? value) => _builder.AppendFormatted(value);

        /// <summary>Text in a format.</summary>
        public readonly void AppendFormatted(string? value, string format) => _builder.AppendFormatted(value, format);

        /// <summary>A value.</summary>
        public readonly void AppendFormatted<T>(T valueProvider) where T : IValueProvider, IManifestExpressionProvider => _builder.AppendFormatted(valueProvider);

        /// <summary>A value in a format.</summary>
        public readonly void AppendFormatted<T>(T valueProvider, string? format) where T : IValueProvider, IManifestExpressionProvider => _builder.AppendFormatted(valueProvider, format);

        /// <summary>The value of a resource.</summary>
        public readonly void AppendFormatted<T>(IResourceBuilder<T> valueProvider) where T : IResource, IValueProvider, IManifestExpressionProvider =>
            _builder.AppendFormatted(valueProvider.Resource);

        /// <summary>The value of a resource in a format.</summary>
        public readonly void AppendFormatted<T>(IResourceBuilder<T> valueProvider, string? format) where T : IResource, IValueProvider, IManifestExpressionProvider =>
            _builder.AppendFormatted(valueProvider.Resource, format);
    }
}
