namespace OrionPlatform.Store;

/// <summary>
/// Knows when anyone committed, here or in another process: one thread reads <c>PRAGMA data_version</c>, which changes with every commit of every
/// other connection. It looks when asked, when this process committed, and every 20 ms while someone waits; otherwise it sleeps.
/// </summary>
internal sealed class ChangeWatch : IAsyncDisposable
{
    private static readonly TimeSpan s_period = TimeSpan.FromMilliseconds(20);

    private readonly TimeProvider _time;
    private readonly SqliteSession _session;
    private readonly StoreThread _thread;
    private readonly SemaphoreSlim _nudge = new(0);
    private readonly Lock _gate = new();

    // Bounded by the calls in flight; each leaves when it is answered, timed out or cancelled.
    private readonly List<TaskCompletionSource<long>> _askers = [];
    private readonly LinkedList<(long Version, TaskCompletionSource<long> Completion)> _waiters = [];
    private bool _closed;

    public ChangeWatch(SqliteFile file, TimeProvider time)
    {
        _time = time;
        _session = file.OpenReader();
        _thread = new StoreThread("store changes", Loop);
    }

    /// <summary>Says that this process committed.</summary>
    public void Look()
    {
        lock (_gate)
        {
            if (_waiters.Count == 0)
            {
                return;
            }
        }

        _nudge.Release();
    }

    public Task<long> VersionAsync(CancellationToken cancellationToken)
    {
        var completion = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(DomainStore));
            _askers.Add(completion);
        }

        _nudge.Release();
        return cancellationToken.CanBeCanceled ? completion.Task.WaitAsync(cancellationToken) : completion.Task;
    }

    public async Task<long> WaitAsync(long version, TimeSpan timeout, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var completion = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        LinkedListNode<(long, TaskCompletionSource<long>)> place;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(DomainStore));
            place = _waiters.AddLast((version, completion));
        }

        _nudge.Release();
        try
        {
            return await completion.Task.WaitAsync(timeout, _time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return await VersionAsync(cancellationToken);
        }
        finally
        {
            lock (_gate)
            {
                if (place.List is not null)
                {
                    _waiters.Remove(place);
                }
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _closed = true;
        }

        _nudge.Release();
        await _thread.Ended;
    }

    private void Loop()
    {
        using var closing = _session;
        while (true)
        {
            bool anyWaiter, closed;
            lock (_gate)
            {
                (anyWaiter, closed) = (_waiters.Count > 0, _closed);
            }

            if (closed)
            {
                Abandon();
                return;
            }

            _nudge.Wait(anyWaiter ? s_period : Timeout.InfiniteTimeSpan);
            while (_nudge.Wait(0))
            {
                // Several nudges, one look.
            }

            Answer();
        }
    }

    private void Answer()
    {
        // Taken before the look, so that what an asker is told is not older than its question.
        TaskCompletionSource<long>[] askers;
        lock (_gate)
        {
            askers = [.. _askers];
            _askers.Clear();
        }

        long version;
        try
        {
            version = _session.Statement("PRAGMA data_version").Query<long>(null)[0];
        }
        catch (Exception failure)
        {
            foreach (var asker in askers)
            {
                asker.TrySetException(failure);
            }

            return;
        }

        foreach (var asker in askers)
        {
            asker.TrySetResult(version);
        }

        lock (_gate)
        {
            for (var node = _waiters.First; node is not null;)
            {
                var following = node.Next;
                if (node.Value.Version != version)
                {
                    _waiters.Remove(node);
                    node.Value.Completion.TrySetResult(version);
                }

                node = following;
            }
        }
    }

    private void Abandon()
    {
        lock (_gate)
        {
            foreach (var completion in _askers.Concat(_waiters.Select(w => w.Completion)))
            {
                completion.TrySetException(new ObjectDisposedException(nameof(DomainStore)));
            }

            _waiters.Clear();
        }
    }
}
