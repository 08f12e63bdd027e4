using System.ComponentModel.DataAnnotations;

namespace OrionPlatform.Contracts;

/// <summary>Asks for a label.</summary>
/// <param name="Name">What people call it.</param>
public sealed record AddLabelRequest([property: StringLength(100, MinimumLength = 1)] string Name);

/// <summary>A label.</summary>
/// <param name="Id">Its id (<c>lb_...</c>); sorts by time.</param>
/// <param name="ProjectId">The project it belongs to.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Slug">Its name for addresses; null for the moment until it is made.</param>
/// <param name="CreatedAt">When it was added.</param>
public sealed record LabelResponse(string Id, string ProjectId, string Name, string? Slug, DateTimeOffset CreatedAt);

/// <summary>A project's labels, newest first: the last 100.</summary>
/// <param name="Items">The labels.</param>
public sealed record LabelList(IReadOnlyList<LabelResponse> Items);
