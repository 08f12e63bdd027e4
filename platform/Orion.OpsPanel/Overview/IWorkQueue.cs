namespace Orion.OpsPanel.Overview;

/// <summary>A queue of the application's beside the store's jobs, shown on the Overview.</summary>
public interface IWorkQueue
{
    /// <summary>How much work is open.</summary>
    Task<QueueDepth> DepthAsync(CancellationToken cancellationToken);
}

/// <summary>Open work of a queue.</summary>
/// <param name="Name">What it holds, as the start of a sentence: <c>Node tasks</c>.</param>
/// <param name="Worker">Whom one of them waits for: <c>its node</c>.</param>
/// <param name="Workers">Whom several wait for: <c>their nodes</c>.</param>
/// <param name="Ready">Waiting.</param>
/// <param name="Leased">Being worked on.</param>
public sealed record QueueDepth(string Name, string Worker, string Workers, long Ready, long Leased);
