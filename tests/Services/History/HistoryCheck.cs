using OrionPlatform.Domain;

namespace OrionPlatform.Services.Tests;

/// <summary>Holds a recorded history against the world that it left: queues, the model of allocations, refusals.</summary>
internal static class HistoryCheck
{
    // Whoever meets another has met a refusal that the faults do not explain.
    private static readonly HashSet<string> s_refusals =
        ["store_busy", "store_failed", "allocation_not_found", "invalid_field", "idempotency_key_reused"];

    /// <summary>A sentence for each thing that is wrong.</summary>
    public static IReadOnlyList<string> Violations(IReadOnlyList<ClientCall> calls, FoundWorld world)
    {
        var of = world.Steps.ToLookup(s => s.What);
        var created = calls.Where(c => c.Kind == CallKind.Create).GroupBy(c => c.Key).ToDictionary(g => g.Key, Promise);
        var releases = calls.Where(c => c.Kind == CallKind.Release && c.State != AllocationState.Failed)
            .GroupBy(c => c.AllocationId!).ToDictionary(g => g.Key, Promise);
        var released = Ids(AllocationState.Releasing);
        return
        [
            .. calls.Where(c => c.Result == CallResult.Refused && !s_refusals.Contains(c.Code!)).Select(c => $"refused without name: {c}"),
            .. TotalQueue.Check("requests", created, of[AllocationState.Requested].Select(s => s.Key ?? "")),
            .. TotalQueue.Check(
                "placements",
                Ids(AllocationState.Requested).ToDictionary(id => id, id => OwedUnless(released.Contains(id))),
                of["placed"].Select(s => s.AllocationId)),
            .. TotalQueue.Check(
                "processes started", Ids("placed").ToDictionary(id => id, id => OwedUnless(released.Contains(id))), world.Started),
            .. TotalQueue.Check(
                "processes that run",
                world.States.ToDictionary(s => s.Key, s => s.Value == AllocationState.Active ? QueuePromise.Owed : QueuePromise.Refused),
                world.Running),
            .. TotalQueue.Check("releases", releases, of[AllocationState.Releasing].Select(s => s.AllocationId)),
            .. TotalQueue.Check(
                "ends", released.ToDictionary(id => id, _ => QueuePromise.Owed), of[AllocationState.Released].Select(s => s.AllocationId)),
            .. AllocationModel.Check(calls, world),
            .. of[AllocationState.Failed].Select(s => $"{s.AllocationId} failed, though it had the time"),
        ];

        HashSet<string> Ids(string what) => [.. of[what].Select(s => s.AllocationId)];
    }

    private static QueuePromise OwedUnless(bool isPossible) => isPossible ? QueuePromise.Possible : QueuePromise.Owed;

    /// <summary>A wish is done when one answer says so, and refused when all do.</summary>
    private static QueuePromise Promise(IEnumerable<ClientCall> wish)
    {
        var results = wish.Select(c => c.Result).ToHashSet();
        return results.Contains(CallResult.Done) ? QueuePromise.Owed
            : results.Contains(CallResult.Unknown) ? QueuePromise.Possible
            : QueuePromise.Refused;
    }
}
