using Orion.Store.Changes;

namespace Orion.Store.Tests;

/// <summary>The signal by which loops and streams of one process wake each other.</summary>
public sealed class ChangeSignalTests
{
    [Fact]
    public async Task Everyone_who_waits_is_woken_and_the_next_wait_is_for_the_next_change()
    {
        var signal = new ChangeSignal();
        var (one, other) = (signal.Next, signal.Next);
        Assert.False(one.IsCompleted || other.IsCompleted);

        signal.Raise();

        await Task.WhenAll(one, other).WaitAsync(TimeSpan.FromSeconds(10));
        Assert.False(signal.Next.IsCompleted);
    }

    [Fact]
    public void A_change_between_taking_the_signal_and_waiting_for_it_is_not_missed()
    {
        var signal = new ChangeSignal();
        var next = signal.Next;

        signal.Raise();
        signal.Raise();

        Assert.True(next.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Who_was_woken_does_not_run_within_the_call_that_woke_it()
    {
        var signal = new ChangeSignal();
        var gate = new Lock();
        var ranWithin = signal.Next.ContinueWith(
            _ => gate.IsHeldByCurrentThread, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

        lock (gate)
        {
            signal.Raise();
        }

        Assert.False(await ranWithin.WaitAsync(TimeSpan.FromSeconds(10)));
    }
}
