using Orion.Store.Changes;

namespace OrionPlatform.Api;

/// <summary>
/// Wakes those who wait for facts of one entity, whichever process wrote them: one loop for all of them, which reads what was added to the
/// journal since it last looked. While nobody waits it sleeps.
/// </summary>
internal sealed class JournalNotifier(DomainStore store, TimeProvider time, ILogger<JournalNotifier> log) : BackgroundService
{
    private const int BatchSize = 500;

    // A commit wakes the loop; this only bounds how long it goes on when the last watcher has left.
    private static readonly TimeSpan s_lookAgain = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_afterFailure = TimeSpan.FromSeconds(1);

    // By subject; bounded by how many streams may be open; each leaves when it ends.
    private readonly Dictionary<string, List<Watcher>> _watchers = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private readonly ChangeSignal _somebody = new();

    /// <summary>Whether anybody waits.</summary>
    public bool IsWatched
    {
        get
        {
            lock (_lock)
            {
                return _watchers.Count > 0;
            }
        }
    }

    /// <summary>Begins to watch a subject (<c>kind/id</c>); dispose the result to end it.</summary>
    public Watcher Watch(string subject)
    {
        var watcher = new Watcher(this, subject);
        lock (_lock)
        {
            if (!_watchers.TryGetValue(subject, out var same))
            {
                _watchers[subject] = same = [];
            }

            same.Add(watcher);
            _somebody.Raise();
        }

        return watcher;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await SomebodyAsync().WaitAsync(stoppingToken);
                await FollowAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // What was added meanwhile is not lost: the next round begins by waking everybody.
                log.LogWarning(e, "The journal cannot be read; live streams stand still until it can.");
                await Task.Delay(s_afterFailure, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private Task SomebodyAsync()
    {
        lock (_lock)
        {
            return _watchers.Count > 0 ? Task.CompletedTask : _somebody.Next;
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        var version = await store.VersionAsync(cancellationToken);
        var position = await store.ReadAsync(tx => tx.LastPositionAsync(), cancellationToken);

        // Who came before this look may have read what was there before it, and missed what came in between.
        Wake(null);
        while (IsWatched)
        {
            version = await store.WaitForChangeAsync(version, s_lookAgain, cancellationToken);
            while (await store.ReadAsync(tx => tx.FactsSinceAsync(position, BatchSize), cancellationToken) is { Count: > 0 } facts)
            {
                position = facts[^1].Position;
                foreach (var subject in facts.Select(f => f.Fact.Subject).Distinct(StringComparer.Ordinal))
                {
                    Wake(subject);
                }
            }
        }
    }

    private void Wake(string? subject)
    {
        List<Watcher> woken;
        lock (_lock)
        {
            woken = subject is null ? [.. _watchers.Values.SelectMany(w => w)]
                : _watchers.TryGetValue(subject, out var same) ? [.. same]
                : [];
        }

        woken.ForEach(w => w.Signal());
    }

    private void Leave(Watcher watcher)
    {
        lock (_lock)
        {
            var same = _watchers[watcher.Subject];
            same.Remove(watcher);
            if (same.Count == 0)
            {
                _watchers.Remove(watcher.Subject);
            }
        }
    }

    /// <summary>One who watches a subject.</summary>
    internal sealed class Watcher(JournalNotifier journal, string subject) : IDisposable
    {
        private readonly ChangeSignal _changed = new();

        public string Subject => subject;

        /// <summary>Completes when there may be facts that were not there when it was asked for. Take it first, then read.</summary>
        public Task Changed => _changed.Next;

        public void Signal() => _changed.Raise();

        public void Dispose() => journal.Leave(this);
    }
}
