using System.ComponentModel.DataAnnotations;

namespace OrionPlatform.Contracts;

/// <summary>Asks for slots of a runtime.</summary>
/// <param name="Runtime">Name of the runtime, as node agents configure it.</param>
/// <param name="Slots">How many slots it takes on its node.</param>
public sealed record CreateAllocationRequest(
    [property: StringLength(NodeShapes.RuntimeMaxLength, MinimumLength = 1), RegularExpression(NodeShapes.Runtime)] string Runtime,
    [property: Range(1, 64)] int Slots);

/// <summary>An allocation.</summary>
/// <param name="Id">Its id (<c>al_...</c>); sorts by time of request.</param>
/// <param name="ProjectId">The project it belongs to.</param>
/// <param name="Runtime">Name of the runtime.</param>
/// <param name="Slots">Slots that it takes on its node.</param>
/// <param name="State"><c>requested</c>, <c>provisioning</c>, <c>active</c>, <c>releasing</c>, <c>released</c> or <c>failed</c>.</param>
/// <param name="Reason">Why it failed; null otherwise.</param>
/// <param name="NodeId">The node it was placed on; null before that.</param>
/// <param name="CreatedAt">When it was requested.</param>
/// <param name="UpdatedAt">When its state last changed.</param>
public sealed record AllocationResponse(
    string Id, string ProjectId, string Runtime, int Slots, string State, string? Reason, string? NodeId, DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt);

/// <summary>One page of allocations, newest first.</summary>
/// <param name="Items">The page.</param>
/// <param name="Next">Goes into <c>after</c> for the following page; null when this is the last.</param>
public sealed record AllocationPage(IReadOnlyList<AllocationResponse> Items, string? Next);
