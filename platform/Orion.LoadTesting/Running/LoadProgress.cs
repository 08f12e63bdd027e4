using System.Diagnostics;
using Orion.LoadTesting.Measuring;
using Spectre.Console;

namespace Orion.LoadTesting.Running;

/// <summary>Shows on a terminal how far the load is. Elsewhere nothing: a log gets lines that stay true.</summary>
internal static class LoadProgress
{
    // Seldom: drawing is work of the machine that measures.
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(1);

    /// <param name="console">Where it is shown.</param>
    /// <param name="planned">How long the load lasts; what is in flight then is awaited.</param>
    /// <param name="measurement">What counts the calls.</param>
    /// <param name="load">Runs on a thread of its own and blocks it until all is over.</param>
    /// <param name="stop">Ends the waiting for the load, which then ends with the program.</param>
    public static Task<T> ShowAsync<T>(
        IAnsiConsole console, TimeSpan planned, Measurement measurement, Func<T> load, CancellationToken stop)
    {
        var running = Task.Factory.StartNew(load, stop, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return console.Profile.Capabilities.Interactive
            ? console.Progress()
                .AutoRefresh(false)
                .Columns(new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn(), new TaskDescriptionColumn())
                .StartAsync(context => ShowAsync(context, planned, measurement, running, stop))
            : running.WaitAsync(stop);
    }

    private static async Task<T> ShowAsync<T>(
        ProgressContext context, TimeSpan planned, Measurement measurement, Task<T> running, CancellationToken stop)
    {
        var begun = Stopwatch.GetTimestamp();
        var bar = context.AddTask("warm-up", maxValue: planned.TotalSeconds);
        while (!running.IsCompleted)
        {
            var (calls, failed) = measurement.Counts();
            bar.Value = Stopwatch.GetElapsedTime(begun).TotalSeconds;
            bar.Description = calls == 0 ? "warm-up" : $"{calls} calls, {failed} failed";
            context.Refresh();
            await Task.WhenAny(running, Task.Delay(s_every, stop));
            stop.ThrowIfCancellationRequested();
        }

        return await running;
    }
}
