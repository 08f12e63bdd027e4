using OrionPlatform.Domain;

namespace OrionPlatform.Api;

/// <summary>An allocation as the public API shows it.</summary>
internal sealed record AllocationView(
    string Id, string ProjectId, string Runtime, int Slots, string State, string? Reason, string? NodeId, DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    public static AllocationView Of(Allocation a) =>
        new(a.Id, a.ProjectId, a.Runtime, a.Slots, a.State, a.Reason, a.NodeId, a.CreatedAt, a.UpdatedAt);
}

/// <summary>One page of them, newest first; <paramref name="Next"/> goes into <c>after</c> for the following one.</summary>
internal sealed record AllocationPage(IReadOnlyList<AllocationView> Items, string? Next);
