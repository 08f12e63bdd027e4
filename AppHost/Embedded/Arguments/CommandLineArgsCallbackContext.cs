namespace Aspire.Hosting.ApplicationModel;

/// <summary>The command line of a resource while it is being put together.</summary>
/// <param name="args">Where the arguments go: strings or <see cref="IValueProvider"/>s.</param>
/// <param name="resource">The resource.</param>
/// <param name="cancellationToken">Ends with the application's start.</param>
public sealed class CommandLineArgsCallbackContext(IList<object> args, IResource resource, CancellationToken cancellationToken = default)
{
    /// <summary>The arguments so far: strings or <see cref="IValueProvider"/>s.</summary>
    public IList<object> Args { get; } = args ?? throw new ArgumentNullException(nameof(args));

    /// <summary>The resource.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>Ends with the application's start.</summary>
    public CancellationToken CancellationToken { get; } = cancellationToken;
}

internal sealed record ArgsCallbackAnnotation(Func<CommandLineArgsCallbackContext, Task> Callback) : IResourceAnnotation;
