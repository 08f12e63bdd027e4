using System.Diagnostics;
using Orion.Store.Sql;

namespace Orion.Store.Sqlite;

/// <summary>
/// Knows when anyone committed, here or in another process: one thread reads <c>PRAGMA data_version</c>, which changes with every commit of
/// every other connection. It looks when asked, when this process committed, and while someone waits when another process says that it
/// committed (at most every 10 ms, so that a busy one does not wake this one for each commit). Where nothing is heard of others it looks
/// every 20 ms. Otherwise it sleeps.
/// </summary>
internal sealed class ChangeWatch : IAsyncDisposable
{
    private static readonly TimeSpan s_leastPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_unheard = TimeSpan.FromMilliseconds(20);

    // For commits of programs that are not ours, and for signals that were lost.
    private static readonly TimeSpan s_heard = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly SqliteSession _session;
    private readonly CommitSignal _signal;
    private readonly StoreThread _thread;
    private readonly AutoResetEvent _nudge = new(false);
    private readonly Lock _gate = new();

    // Bounded by the calls in flight; each leaves when it is answered, timed out or cancelled.
    private readonly List<TaskCompletionSource<long>> _askers = [];
    private readonly LinkedList<(long Version, TaskCompletionSource<long> Completion)> _waiters = [];
    private long _lookedAt;
    private bool _now;
    private bool _told;
    private bool _closed;

    public ChangeWatch(SqliteFile file, TimeProvider time)
    {
        _time = time;
        _session = file.OpenReader();
        _signal = CommitSignal.Of(file, Told);
        _thread = new StoreThread("store changes", Loop);
    }

    /// <summary>Says that this process committed.</summary>
    public void Committed()
    {
        _signal.Tell();
        lock (_gate)
        {
            if (_waiters.Count == 0)
            {
                return;
            }

            _now = true;
        }

        _nudge.Set();
    }

    public Task<long> VersionAsync(CancellationToken cancellationToken)
    {
        var completion = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(DomainStore));
            _askers.Add(completion);
            _now = true;
        }

        _nudge.Set();
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
            _now = true;
        }

        _nudge.Set();
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

        _nudge.Set();
        await _thread.Ended;
        _signal.Dispose();
    }

    /// <summary>Another process says that it committed.</summary>
    private void Told()
    {
        lock (_gate)
        {
            if (_waiters.Count == 0)
            {
                return;
            }

            _told = true;
        }

        _nudge.Set();
    }

    private void Loop()
    {
        using var closing = _session;
        while (true)
        {
            TimeSpan due;
            bool anyWaiter;
            lock (_gate)
            {
                if (_closed)
                {
                    Abandon();
                    return;
                }

                (due, anyWaiter) = (Due(), _waiters.Count > 0);
            }

            if (anyWaiter && !_signal.IsHeard)
            {
                // Before the look that follows: what is committed from now on is heard of.
                _signal.Listen();
            }

            if (due != TimeSpan.Zero)
            {
                _nudge.WaitOne(due);
                continue;
            }

            Answer();
        }
    }

    /// <summary>How long it is until the next look.</summary>
    private TimeSpan Due()
    {
        if (_now)
        {
            return TimeSpan.Zero;
        }

        if (_waiters.Count == 0)
        {
            return Timeout.InfiniteTimeSpan;
        }

        // In whole milliseconds, which is what a wait knows, and not too early.
        var left = (_told ? s_leastPause : _signal.IsHeard ? s_heard : s_unheard) - Stopwatch.GetElapsedTime(_lookedAt);
        return left > TimeSpan.Zero ? TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)) : TimeSpan.Zero;
    }

    private void Answer()
    {
        // Taken before the look, so that what an asker is told is not older than its question.
        TaskCompletionSource<long>[] askers;
        lock (_gate)
        {
            askers = [.. _askers];
            _askers.Clear();
            (_now, _told, _lookedAt) = (false, false, Stopwatch.GetTimestamp());
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

    /// <summary>To be called within the lock.</summary>
    private void Abandon()
    {
        foreach (var completion in _askers.Concat(_waiters.Select(w => w.Completion)))
        {
            completion.TrySetException(new ObjectDisposedException(nameof(DomainStore)));
        }

        _waiters.Clear();
    }
}
