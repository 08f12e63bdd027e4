namespace OrionPlatform.AppHost;

/// <summary>How a resource ended.</summary>
/// <param name="ExitCode">Exit code; null when it was never started.</param>
/// <param name="Reason">For people.</param>
internal sealed record Ended(int? ExitCode, string Reason);

/// <summary>How far a resource has got, for those that wait for it. With replicas, the last replica counts.</summary>
internal sealed class RunningResource(IResource resource, int replicas)
{
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _healthy = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Ended> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Countdown _toStart = new(replicas);
    private readonly Countdown _toBeHealthy = new(replicas);

    public IResource Resource { get; } = resource;

    public Task Started => _started.Task;

    public Task Healthy => _healthy.Task;

    public Task<Ended> Ended => _ended.Task;

    /// <summary>A replica's process was started; only its first time counts.</summary>
    public void ReplicaStarted(int replica)
    {
        if (_toStart.Done(replica))
        {
            _started.TrySetResult();
        }
    }

    /// <summary>A replica's health checks passed; only its first time counts.</summary>
    public void ReplicaHealthy(int replica)
    {
        if (_toBeHealthy.Done(replica))
        {
            _healthy.TrySetResult();
        }
    }

    public void End(Ended ended) => _ended.TrySetResult(ended);

    private sealed class Countdown(int count)
    {
        private readonly HashSet<int> _open = [.. Enumerable.Range(0, count)];

        public bool Done(int replica)
        {
            lock (_open)
            {
                return _open.Remove(replica) && _open.Count == 0;
            }
        }
    }
}
