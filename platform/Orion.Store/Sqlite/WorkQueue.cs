namespace Orion.Store.Sqlite;

/// <summary>Closures that wait for a thread of the store. Bounded by <paramref name="capacity"/>; drained when it is closed.</summary>
internal sealed class WorkQueue<T>(int capacity) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _arrivals = new(0);
    private readonly Queue<T> _waiting = new();
    private bool _closed;

    public bool IsEmpty
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count == 0;
            }
        }
    }

    /// <exception cref="StoreBusyException">It is full.</exception>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    public void Add(T item)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(DomainStore));
            if (_waiting.Count >= capacity)
            {
                throw new StoreBusyException($"{capacity} calls wait for the database already; nothing was done.");
            }

            _waiting.Enqueue(item);
            _arrivals.Release();
        }
    }

    /// <summary>Moves up to <paramref name="most"/> items; waits for the first. False when it is closed and empty.</summary>
    public bool Take(List<T> into, int most)
    {
        into.Clear();
        _arrivals.Wait();
        lock (_gate)
        {
            while (into.Count < most && _waiting.TryDequeue(out var item))
            {
                into.Add(item);
            }

            // One permit an item: those taken beyond the first are consumed here, so that no other thread wakes for nothing.
            for (var i = 1; i < into.Count; i++)
            {
                _arrivals.Wait(0);
            }

            return into.Count > 0 || !_closed;
        }
    }

    /// <summary>When no thread takes any more.</summary>
    public void Dispose() => _arrivals.Dispose();

    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
        }

        // More permits than threads could ever wait.
        _arrivals.Release(1000);
    }
}
