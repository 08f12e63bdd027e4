using System.Diagnostics;

namespace OrionPlatform.ServiceDefaults;

/// <summary>
/// Which request or job is on which thread, and for how long: told by the flow's own AsyncLocal each time a context enters or leaves a thread.
/// What awaits is on no thread and so cannot be accused of a stall. Blind to work queued without its context; that stays unattributed.
/// </summary>
internal static class Occupancy
{
    private static readonly Lock s_lock = new();

    // Bounded by the process's live threads: dead ones are removed when a new one registers.
    private static ThreadSlot[] s_slots = [];

    [ThreadStatic]
    private static ThreadSlot? s_slot;

    /// <summary>The slots of the pool's threads that have carried a request or job.</summary>
    public static IEnumerable<ThreadSlot> PoolSlots => Volatile.Read(ref s_slots).Where(s => s.IsPoolThread && s.IsAlive);

    public static void Changed(AsyncLocalValueChangedArgs<LineScope?> change)
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
