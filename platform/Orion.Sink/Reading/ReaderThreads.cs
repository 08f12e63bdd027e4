using System.Collections.Concurrent;
using Orion.Sink.Sql;

namespace Orion.Sink.Reading;

/// <summary>A few threads on which reads run one after another, so that no pool thread waits for SQLite.</summary>
internal sealed class ReaderThreads : IAsyncDisposable
{
    private const int Threads = 2;

    // Bounded: further reads wait in their callers' queue no longer than the calls before them take.
    private readonly BlockingCollection<Action> _work = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _disposed;
    private int _running = Threads;

    public ReaderThreads()
    {
        for (var i = 0; i < Threads; i++)
        {
            new Thread(Loop) { IsBackground = true, Name = "telemetry-reader" }.Start();
        }
    }

    public Task<T> RunAsync<T>(Func<ReadLimit, T> read, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            _work.Add(() => Run(read, done, cancellationToken), cancellationToken);
        }
        catch (InvalidOperationException)
        {
            done.TrySetException(new ObjectDisposedException(nameof(TelemetryReader)));
        }
        catch (OperationCanceledException)
        {
            done.TrySetCanceled(cancellationToken);
        }

        return done.Task;
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _work.CompleteAdding();
        await _ended.Task;
        _work.Dispose();
    }

    private static void Run<T>(Func<ReadLimit, T> read, TaskCompletionSource<T> done, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            done.TrySetCanceled(cancellationToken);
            return;
        }

        try
        {
            done.TrySetResult(read(new ReadLimit(cancellationToken)));
        }
        catch (SqliteFailure failure) when (failure.IsInterrupt && cancellationToken.IsCancellationRequested)
        {
            done.TrySetCanceled(cancellationToken);
        }
        catch (SqliteFailure failure)
        {
            done.TrySetException(new TelemetryReadException(
                failure.IsInterrupt
                    ? $"{failure.Message}: the read took longer than {ReadLimit.Longest.TotalSeconds} s and was cut off."
                    : failure.Message,
                failure));
        }
        catch (Exception exception)
        {
            done.TrySetException(exception);
        }
    }

    private void Loop()
    {
        foreach (var work in _work.GetConsumingEnumerable())
        {
            work();
        }

        if (Interlocked.Decrement(ref _running) == 0)
        {
            _ended.TrySetResult();
        }
    }
}

/// <summary>
/// A read of the telemetry failed: <c>telemetry.db</c> is damaged, of a newer version or locked, or the read took too long.
/// </summary>
public sealed class TelemetryReadException : Exception
{
    /// <summary>With a message that names the file.</summary>
    public TelemetryReadException(string message, Exception inner) : base(message, inner)
    {
    }
}
