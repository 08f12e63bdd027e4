namespace Aspire.Hosting.ApplicationModel;

/// <summary>A value that is known once the application runs.</summary>
public interface IValueProvider
{
    /// <summary>The value; null when there is none.</summary>
    ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default);

    /// <summary>The value as the caller in <paramref name="context"/> sees it.</summary>
    ValueTask<string?> GetValueAsync(ValueProviderContext context, CancellationToken cancellationToken = default) => GetValueAsync(cancellationToken);
}

/// <summary>Who asks for a value.</summary>
public class ValueProviderContext
{
    /// <summary>The resource that needs the value.</summary>
    public IResource? Caller { get; init; }

    /// <summary>What the application model is read for.</summary>
    public DistributedApplicationExecutionContext? ExecutionContext { get; init; }
}

/// <summary>Something that can be written as an expression, such as <c>{api.bindings.http.url}</c>.</summary>
public interface IManifestExpressionProvider
{
    /// <summary>The expression.</summary>
    string ValueExpression { get; }
}

/// <summary>A value with an expression.</summary>
public interface IExpressionValue : IValueProvider, IManifestExpressionProvider;

/// <summary>A value that is made from other values.</summary>
public interface IValueWithReferences
{
    /// <summary>What it is made from.</summary>
    IEnumerable<object> References { get; }
}
