namespace Orion.Store.Health;

/// <summary>A batch of writes that the database did not take.</summary>
/// <param name="At">When.</param>
/// <param name="Reason">The engine's own words.</param>
internal sealed record WriteFailure(DateTimeOffset At, string Reason);
