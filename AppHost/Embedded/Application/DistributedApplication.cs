using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

/// <summary>An application of several processes, run by the embedded engine (docs/apphost.md).</summary>
public class DistributedApplication : IHost, IAsyncDisposable
{
    private readonly IHost _host;

    /// <summary>Wraps the AppHost process's own host.</summary>
    public DistributedApplication(IHost host) => _host = host;

    /// <inheritdoc/>
    public IServiceProvider Services => _host.Services;

    /// <summary>Begins a description without arguments.</summary>
    public static IDistributedApplicationBuilder CreateBuilder() => CreateBuilder([]);

    /// <summary>Begins a description.</summary>
    /// <param name="args">Command-line arguments, each a configuration key: <c>--Section:Key=value</c>.</param>
    /// <exception cref="DistributedApplicationException">An argument is malformed.</exception>
    public static IDistributedApplicationBuilder CreateBuilder(string[] args) => CreateBuilder(new DistributedApplicationOptions { Args = args });

    /// <summary>Begins a description.</summary>
    /// <exception cref="DistributedApplicationException">An argument is malformed.</exception>
    public static IDistributedApplicationBuilder CreateBuilder(DistributedApplicationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        GuardMain.TakeOverIfAsked();
        FatalErrors.ShowAsOneSentence();
        return new DistributedApplicationBuilder(options);
    }

    /// <summary>Starts the application and returns when it has been stopped.</summary>
    /// <exception cref="DistributedApplicationException">It could not start.</exception>
    public void Run() => RunAsync().GetAwaiter().GetResult();

    /// <inheritdoc cref="Run"/>
    public virtual async Task RunAsync(CancellationToken cancellationToken = default)
    {
        await StartAsync(cancellationToken);
        try
        {
            await _host.WaitForShutdownAsync(cancellationToken);
        }
        finally
        {
            await DisposeAsync();
        }
    }

    /// <summary>Checks everything that can be checked beforehand, then starts the resources; waits go on in the background.</summary>
    /// <exception cref="DistributedApplicationException">Nothing was started, and why.</exception>
    public virtual async Task StartAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await _host.StartAsync(cancellationToken);
        }
        catch
        {
            // Disposing flushes the log, so that what was said before the error is not lost when the process ends on it.
            await DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops every resource, dependents first: SIGTERM, ten seconds, then the process tree is killed.</summary>
    public virtual Task StopAsync(CancellationToken cancellationToken = default) => _host.StopAsync(cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        _host.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_host is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }
}
