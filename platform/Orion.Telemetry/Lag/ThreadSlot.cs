using Orion.Telemetry.CanonicalLines;

namespace Orion.Telemetry.Lag;

/// <summary>Time that a request or job spent on one thread, clipped to a window.</summary>
internal readonly record struct Occupied(CanonicalLineContext Scope, long Ticks);

/// <summary>
/// What one thread carried lately. Written by that thread only; read by the lag monitor, which checks the version around its read.
/// </summary>
internal sealed class ThreadSlot(Thread thread)
{
    // Bounded ring: a stall's culprits stay long, so a few dozen stretches reach back further than any stall.
    private const int Length = 64;

    private readonly Stretch[] _stretches = new Stretch[Length];
    private int _version;
    private int _next;
    private CanonicalLineContext? _current;
    private long _since;

    public bool IsPoolThread { get; } = thread.IsThreadPoolThread;

    public bool IsAlive => thread.IsAlive;

    /// <summary>What it carries at this moment, as far as another thread can tell.</summary>
    public CanonicalLineContext? Current => Volatile.Read(ref _current);

    public void Switch(CanonicalLineContext? scope, long now)
    {
        if (ReferenceEquals(scope, _current))
        {
            return;
        }

        Volatile.Write(ref _version, _version + 1);
        if (_current is { } left)
        {
            Close(left, now);
        }

        _current = scope;
        _since = now;
        Volatile.Write(ref _version, _version + 1);
    }

    /// <summary>What this thread carried between two timestamps; empty when the thread kept changing it under the reader.</summary>
    public IReadOnlyList<Occupied> Between(long from, long to)
    {
        var found = new List<Occupied>();
        for (var tries = 0; tries < 16; tries++)
        {
            found.Clear();
            var version = Volatile.Read(ref _version);
            if (version % 2 == 0)
            {
                Collect(found, from, to);
                Interlocked.MemoryBarrier();
                if (Volatile.Read(ref _version) == version)
                {
                    return found;
                }
            }
        }

        return [];
    }

    private void Close(CanonicalLineContext left, long now)
    {
        ref var last = ref _stretches[(_next + Length - 1) % Length];
        if (last.Scope is { } before
            && (ReferenceEquals(before, left)
                || (before.Route is { } route && ReferenceEquals(route, left.Route) && before.Method == left.Method)))
        {
            // The same code again: a flood of short turns makes one stretch that knows how much of it was busy.
            last = new Stretch(left, last.Start, now, last.Busy + (now - _since));
            return;
        }

        _stretches[_next] = new Stretch(left, _since, now, now - _since);
        _next = (_next + 1) % Length;
    }

    private void Collect(List<Occupied> found, long from, long to)
    {
        foreach (var stretch in _stretches)
        {
            var overlap = Math.Min(to, stretch.End) - Math.Max(from, stretch.Start);
            if (stretch.Scope is { } scope && overlap > 0)
            {
                found.Add(new Occupied(scope, (long)((double)overlap * stretch.Busy / (stretch.End - stretch.Start))));
            }
        }

        if (_current is { } current && _since < to)
        {
            found.Add(new Occupied(current, to - Math.Max(from, _since)));
        }
    }

    private readonly record struct Stretch(CanonicalLineContext? Scope, long Start, long End, long Busy);
}
