using Microsoft.Extensions.Logging;
using Orion.Store.Changes;

namespace Orion.OpsPanel.Live;

/// <summary>
/// One loop that asks for the version four times a second, for all viewers together, and only while somebody watches: with nobody
/// there the panel costs nothing.
/// </summary>
internal sealed class LivePulse(VersionSource source, TimeProvider time, ILogger<LivePulse> logger) : IDisposable
{
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private readonly ChangeSignal _changed = new();
    private PanelVersion? _current; // Null while the loop has no answer yet.
    private CancellationTokenSource? _loop;
    private int _watchers;

    /// <summary>Whether the loop runs.</summary>
    public bool Beats
    {
        get
        {
            lock (_lock)
            {
                return _loop is not null;
            }
        }
    }

    /// <summary>Keeps the loop running until the result is disposed.</summary>
    public IDisposable Watch()
    {
        lock (_lock)
        {
            _watchers++;
            if (_loop is null)
            {
                _loop = new CancellationTokenSource();
                var stop = _loop.Token;
                _ = Task.Run(() => BeatAsync(stop), CancellationToken.None);
            }
        }

        return new Watcher(this);
    }

    /// <summary>Completes with the version as soon as what is watched differs from <paramref name="seen"/>.</summary>
    public async Task<PanelVersion> ChangedAsync(PanelVersion seen, Watches watches, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_current is not null && _current.For(watches) != seen.For(watches))
                {
                    return _current;
                }

                changed = _changed.Next;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _loop?.Cancel();
            _loop = null;
        }
    }

    private async Task BeatAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Period, time);
        var failing = false;
        do
        {
            try
            {
                Publish(await source.NowAsync(stop));
                failing = false;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                // The viewers keep their last picture and the loop goes on; said once, not four times a second.
                if (!failing)
                {
                    logger.LogWarning(failure, "The panel cannot ask for changes; live regions stand still until it can");
                }

                failing = true;
            }
        }
        while (await NextAsync(timer, stop));
    }

    private static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken stop)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stop);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private void Publish(PanelVersion version)
    {
        lock (_lock)
        {
            if (version != _current)
            {
                _current = version;
                _changed.Raise();
            }
        }
    }

    private void Leave()
    {
        lock (_lock)
        {
            if (--_watchers == 0)
            {
                _loop?.Cancel();
                (_loop, _current) = (null, null); // What it was then says nothing to who comes next.
            }
        }
    }

    private sealed class Watcher(LivePulse pulse) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
            {
                pulse.Leave();
            }
        }
    }
}
