using System.Diagnostics;

namespace Orion.Store.Sqlite;

/// <summary>A closure on its way to one of the store's threads.</summary>
internal abstract class Work<TTransaction> where TTransaction : ReadTransaction
{
    private const int Queued = 0;
    private const int Taken = 1;
    private const int Withdrawn = 2;

    // What the caller had in its async flow (current activity, correlation id, canonical line) is there in the closure too.
    private readonly ExecutionContext? _context = ExecutionContext.Capture();
    private readonly long _queued = Stopwatch.GetTimestamp();
    private int _state;

    /// <summary>How long it has waited, in the queue and for the database.</summary>
    public TimeSpan Waited => Stopwatch.GetElapsedTime(_queued);

    /// <summary>What asked for it.</summary>
    public Cause Cause { get; init; } = Cause.None;

    /// <summary>False when it was cancelled while it waited.</summary>
    public bool TryTake() => Interlocked.CompareExchange(ref _state, Taken, Queued) == Queued;

    public bool TryWithdraw() => Interlocked.CompareExchange(ref _state, Withdrawn, Queued) == Queued;

    /// <summary>Runs the closure to its end on this thread; returns what it failed with, or null.</summary>
    public Exception? Run(TTransaction transaction)
    {
        try
        {
            if (_context is null)
            {
                Invoke(transaction);
            }
            else
            {
                ExecutionContext.Run(_context, state => Invoke((TTransaction)state!), transaction);
            }

            return (transaction as WriteTransaction)?.Doom;
        }
        catch (Exception failure)
        {
            return (transaction as WriteTransaction)?.Doom ?? failure;
        }
        finally
        {
            transaction.End();
        }
    }

    /// <summary>Tells the caller how it ended. Its continuation runs on the pool, never on the store's thread.</summary>
    public abstract void Finish(Exception? failure);

    protected abstract void Invoke(TTransaction transaction);
}

internal sealed class Work<TTransaction, T>(Func<TTransaction, Task<T>> closure) : Work<TTransaction> where TTransaction : ReadTransaction
{
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenRegistration _cancellation;
    private T? _result;

    public Task<T> Completion => _completion.Task;

    public void CancelBy(CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
        {
            _cancellation = cancellationToken.UnsafeRegister(
                static (state, token) =>
                {
                    var work = (Work<TTransaction, T>)state!;
                    if (work.TryWithdraw())
                    {
                        work._completion.TrySetCanceled(token);
                    }
                },
                this);
        }
    }

    public override void Finish(Exception? failure)
    {
        _cancellation.Dispose();
        switch (failure)
        {
            case null:
                _completion.TrySetResult(_result!);
                break;
            case OperationCanceledException cancelled:
                var token = cancelled.CancellationToken;
                _completion.TrySetCanceled(token.IsCancellationRequested ? token : new CancellationToken(canceled: true));
                break;
            default:
                _completion.TrySetException(failure);
                break;
        }
    }

    protected override void Invoke(TTransaction transaction)
    {
        var task = closure(transaction) ?? throw new InvalidOperationException("The closure returned no task.");
        if (!task.IsCompleted)
        {
            transaction.End();
            _ = task.ContinueWith(
                static t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            throw StoreEngine.AwaitedSomethingElse();
        }

        _result = task.GetAwaiter().GetResult();
    }
}
