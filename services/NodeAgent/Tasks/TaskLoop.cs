using System.Collections.Concurrent;
using OrionPlatform.Contracts;

namespace OrionPlatform.NodeAgent;

/// <summary>
/// Claims node tasks by long poll and does each beside the others. What is in progress is said with every claim, so that a task lost on its
/// way comes again at once.
/// </summary>
internal sealed class TaskLoop(PlatformClient client, Retrying retrying, NodeTaskExecution execution)
{
    private const int MaxTasks = 16;
    private const int WaitSeconds = 20;

    // Bounded by MaxTasks: no more are claimed. An entry leaves when its result is reported.
    private readonly ConcurrentDictionary<string, Task> _running = new();

    /// <summary>Runs until the agent stops; then waits for what is in progress.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                await ClaimAsync(stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await Task.WhenAll(_running.Values);
        }
    }

    private async Task ClaimAsync(CancellationToken stopping)
    {
        var room = MaxTasks - _running.Count;
        if (room == 0)
        {
            await Task.WhenAny(_running.Values).WaitAsync(stopping);
            return;
        }

        var message = new ClaimTasksRequest(room, WaitSeconds, [.. _running.Keys]);
        var answer = await retrying.UntilItWorksAsync("claim tasks", (node, token) => client.ClaimAsync(node, message, token), stopping);
        foreach (var task in answer.Tasks)
        {
            _running[task.Id] = Task.Run(() => DoAsync(task, stopping), CancellationToken.None);
        }
    }

    private async Task DoAsync(NodeTaskResponse task, CancellationToken stopping)
    {
        try
        {
            await execution.RunAsync(task, stopping);
        }
        finally
        {
            _running.TryRemove(task.Id, out _);
        }
    }
}
