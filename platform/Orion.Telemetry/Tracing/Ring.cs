namespace Orion.Telemetry.Tracing;

/// <summary>The latest items of a stream, oldest dropped first; whoever watches is called after each item.</summary>
public abstract class Ring<T> where T : class
{
    private readonly Lock _lock = new();

    // Bounded by its capacity; never cleared.
    private readonly T?[] _items;
    private Action[] _watchers = [];
    private long _added;

    private protected Ring(int capacity) => _items = new T?[capacity];

    /// <summary>Items added since the start: a version that changes with every one.</summary>
    public long Version => Interlocked.Read(ref _added);

    /// <summary>Items it holds at most.</summary>
    public int Capacity => _items.Length;

    /// <summary>The latest items, newest first.</summary>
    public IReadOnlyList<T> Recent(int limit = int.MaxValue)
    {
        lock (_lock)
        {
            var count = (int)Math.Min(Math.Min(_added, _items.Length), Math.Max(0, limit));
            var recent = new T[count];
            for (var i = 0; i < count; i++)
            {
                recent[i] = _items[(int)((_added - 1 - i) % _items.Length)]!;
            }

            return recent;
        }
    }

    /// <summary>
    /// Calls <paramref name="changed"/> after every item, on the producer's thread, until the result is disposed. It must be quick.
    /// </summary>
    public IDisposable Watch(Action changed)
    {
        lock (_lock)
        {
            _watchers = [.. _watchers, changed];
        }

        return new Watching(this, changed);
    }

    internal void Add(T item)
    {
        Action[] watchers;
        lock (_lock)
        {
            _items[(int)(_added % _items.Length)] = item;
            _added++;
            watchers = _watchers;
        }

        foreach (var watcher in watchers)
        {
            try
            {
                watcher();
            }
            catch (Exception)
            {
                // A watcher that fails must not fail the request that wrote the item; its own view shows that it stopped.
            }
        }
    }

    private sealed class Watching(Ring<T> ring, Action changed) : IDisposable
    {
        public void Dispose()
        {
            lock (ring._lock)
            {
                var at = Array.IndexOf(ring._watchers, changed);
                ring._watchers = at < 0 ? ring._watchers : [.. ring._watchers[..at], .. ring._watchers[(at + 1)..]];
            }
        }
    }
}
