using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>The environment of a resource while it is being put together.</summary>
/// <param name="executionContext">What the application model is read for.</param>
/// <param name="resource">The resource.</param>
/// <param name="environmentVariables">Where the variables go.</param>
/// <param name="cancellationToken">Ends with the application's start.</param>
public class EnvironmentCallbackContext(
    DistributedApplicationExecutionContext executionContext,
    IResource resource,
    Dictionary<string, object>? environmentVariables = null,
    CancellationToken cancellationToken = default)
{
    /// <summary>Name to value: a string, or an <see cref="IValueProvider"/>.</summary>
    public Dictionary<string, object> EnvironmentVariables { get; } = environmentVariables ?? [];

    /// <summary>What the application model is read for.</summary>
    public DistributedApplicationExecutionContext ExecutionContext { get; } = executionContext;

    /// <summary>The resource.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>Log of the AppHost.</summary>
    public ILogger Logger { get; set; } = NullLogger.Instance;

    /// <summary>Ends with the application's start.</summary>
    public CancellationToken CancellationToken { get; } = cancellationToken;
}

internal sealed class EnvironmentCallbackAnnotation(Func<EnvironmentCallbackContext, Task> callback) : IResourceAnnotation
{
    public Func<EnvironmentCallbackContext, Task> Callback => callback;
}
