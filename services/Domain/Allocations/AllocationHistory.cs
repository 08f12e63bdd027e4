using System.Text.Json;

namespace OrionPlatform.Domain;

/// <summary>One step in the life of an allocation.</summary>
/// <param name="Entry">The fact that tells of it; its position orders the steps of one allocation, and tells them apart.</param>
/// <param name="Allocation">The allocation as that step left it.</param>
public sealed record AllocationStep(JournalEntry Entry, Allocation Allocation);

/// <summary>
/// The life of an allocation, folded from its facts: every state that it passed through, also those that nobody looked at in time.
/// </summary>
public static class AllocationHistory
{
    private const string Prefix = "allocation.";

    /// <summary>
    /// All steps, oldest first: the state machine allows no more than a handful. Null when the project has no allocation of that id.
    /// </summary>
    public static async Task<IReadOnlyList<AllocationStep>?> ReadAsync(ReadTransaction tx, string projectId, string id)
    {
        if (await Allocations.FindAsync(tx, projectId, id) is not { } now)
        {
            return null;
        }

        List<AllocationStep> steps = [];
        var allocation = now with { State = AllocationState.Requested, Reason = null, NodeId = null };
        foreach (var entry in await tx.FactsOfAsync(now.Subject))
        {
            allocation = After(allocation, entry);
            steps.Add(new AllocationStep(entry, allocation));
        }

        return steps;
    }

    // A fact that is named for no state ("placed") leaves the state as it is.
    private static Allocation After(Allocation before, JournalEntry entry)
    {
        var what = entry.Fact.Type[Prefix.Length..];
        var told = JsonSerializer.Deserialize<Told>(entry.Fact.Data, JsonSerializerOptions.Web)!;
        return before with
        {
            State = AllocationState.All.Contains(what) ? what : before.State,
            Reason = told.Reason,
            NodeId = told.NodeId,
            UpdatedAt = entry.OccurredAt,
        };
    }

    private sealed record Told(string? NodeId, string? Reason);
}
