namespace Orion.Sink.Writing;

/// <summary>This run of this process, as files and accounts name it. Any of the sink's threads may ask.</summary>
internal sealed class WriterRun(string directory, string wanted) : IDisposable
{
    private readonly Lock _gate = new();
    private ProcessName? _taken;

    /// <summary>Tells this run from others of the process.</summary>
    public string Id { get; } = Guid.NewGuid().ToString("N");

    /// <summary>The process's name, which is taken when it is first asked for.</summary>
    /// <exception cref="IOException">The folder cannot be made, or no lock file in it can be taken.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder is not ours.</exception>
    public string Process
    {
        get
        {
            lock (_gate)
            {
                return (_taken ??= ProcessName.Take(directory, wanted)).Value;
            }
        }
    }

    /// <summary>Lets another process have the name. What is still written under it is this run's, by its id.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _taken?.Dispose();
        }
    }
}
