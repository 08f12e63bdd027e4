using Orion.Sink.Sql;

namespace Orion.Sink.Central;

/// <summary>A single write to <c>telemetry.db</c> that its caller waits for.</summary>
internal sealed class CentralWrite(Func<Database, bool> apply, Action? whenCommitted = null)
{
    private readonly TaskCompletionSource<bool> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _result;

    /// <summary>What the write found, once it is committed; false when it never will be.</summary>
    public Task<bool> Done => _done.Task;

    /// <summary>May be called again when the transaction was undone.</summary>
    public void Apply(Database database) => _result = apply(database);

    public void Complete(bool committed)
    {
        if (committed)
        {
            whenCommitted?.Invoke();
        }

        _done.TrySetResult(committed && _result);
    }
}
