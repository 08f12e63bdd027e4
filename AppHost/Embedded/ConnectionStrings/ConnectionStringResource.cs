namespace Aspire.Hosting
{
    /// <summary>A connection string that is put together here.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="connectionStringExpression">The connection string.</param>
    public sealed class ConnectionStringResource(string name, ReferenceExpression connectionStringExpression) : Resource(name), IResourceWithConnectionString, IResourceWithWaitSupport
    {
        /// <inheritdoc/>
        public ReferenceExpression ConnectionStringExpression { get; } = connectionStringExpression;
    }
}

namespace OrionPlatform.AppHost
{
    /// <summary>A connection string that comes from configuration.</summary>
    internal sealed class ConnectionStringParameterResource(string name, Func<ParameterDefault?, string> callback, string? environmentVariableName)
        : ParameterResource(name, callback, secret: true), IResourceWithConnectionString
    {
        public string? ConnectionStringEnvironmentVariable => environmentVariableName;

        public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create($"{(ParameterResource)this}");

        // Without these two the interface's defaults and the base class's implementation would be ambiguous.
        string IManifestExpressionProvider.ValueExpression => $"{{{Name}.connectionString}}";

        ValueTask<string?> IValueProvider.GetValueAsync(CancellationToken cancellationToken) => GetValueAsync(cancellationToken);
    }
}
