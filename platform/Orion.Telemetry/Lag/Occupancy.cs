using System.Diagnostics;
using Orion.Telemetry.CanonicalLines;

namespace Orion.Telemetry.Lag;

/// <summary>
/// Which request or job is on which thread, and for how long: told by the flow's own AsyncLocal each time a context enters or leaves a
/// thread. What awaits is on no thread and so cannot be accused of a stall. Blind to work queued without its context; that stays
/// unattributed.
/// </summary>
internal static class Occupancy
{
    private static readonly Lock s_lock = new();

    // Bounded by the process's live threads: dead ones are removed when a new one registers.
    private static ThreadSlot[] s_slots = [];

    // The monitors that doze: one a host, and hardly ever any while there is work.
    private static AutoResetEvent[] s_dozing = [];

    [ThreadStatic]
    private static ThreadSlot? s_slot;

    /// <summary>The slots of the pool's threads that have carried a request or job.</summary>
    public static IEnumerable<ThreadSlot> PoolSlots => Volatile.Read(ref s_slots).Where(s => s.IsPoolThread && s.IsAlive);

    public static void Changed(AsyncLocalValueChangedArgs<CanonicalLineContext?> change)
    {
        var slot = s_slot;
        if (slot is null)
        {
            if (change.CurrentValue is null)
            {
                return;
            }

            slot = Register();
        }

        slot.Switch(change.CurrentValue, Stopwatch.GetTimestamp());
        if (Volatile.Read(ref s_dozing).Length > 0 && slot.IsPoolThread)
        {
            WakeAll();
        }
    }

    /// <summary>Waits until a request or job comes to a pool thread, which may be there already. False when none did in time.</summary>
    public static bool WaitForWork(AutoResetEvent woken, TimeSpan longest)
    {
        lock (s_lock)
        {
            Volatile.Write(ref s_dozing, [.. s_dozing, woken]);
        }

        // A thread that came before it could be seen that anyone waits is at work now.
        Interlocked.MemoryBarrier();
        var isWoken = LagMonitor.BusyThreads() > 0 || woken.WaitOne(longest);
        lock (s_lock)
        {
            Volatile.Write(ref s_dozing, [.. s_dozing.Where(w => w != woken)]);
        }

        return isWoken;
    }

    private static void WakeAll()
    {
        lock (s_lock)
        {
            foreach (var woken in s_dozing)
            {
                woken.Set();
            }

            Volatile.Write(ref s_dozing, []);
        }
    }

    private static ThreadSlot Register()
    {
        var slot = s_slot = new ThreadSlot(Thread.CurrentThread);
        lock (s_lock)
        {
            Volatile.Write(ref s_slots, [.. s_slots.Where(s => s.IsAlive), slot]);
        }

        return slot;
    }
}
