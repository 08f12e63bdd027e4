namespace Orion.Store.Changes;

/// <summary>
/// Wakes those of this process who wait for the next change; any number may wait. What changed, and whether it concerns them, they read
/// for themselves.
/// </summary>
public sealed class ChangeSignal
{
    private TaskCompletionSource _next = New();

    /// <summary>
    /// Completes with the next <see cref="Raise"/>. Take it first and read then: a change that comes in between is not missed.
    /// </summary>
    public Task Next => Volatile.Read(ref _next).Task;

    /// <summary>Wakes all who wait. They go on elsewhere, never within this call, so it may be made under a lock.</summary>
    public void Raise() => Interlocked.Exchange(ref _next, New()).SetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
