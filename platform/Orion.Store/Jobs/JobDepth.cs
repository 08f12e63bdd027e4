namespace Orion.Store.Jobs;

/// <summary>The queue, counted.</summary>
/// <param name="Kind">Kind of job.</param>
/// <param name="Ready">Due and waiting.</param>
/// <param name="Scheduled">Not yet due, retries included.</param>
/// <param name="Leased">Being worked on.</param>
/// <param name="Dead">Given up.</param>
/// <param name="OldestReady">How long the oldest due one has waited; null when none waits.</param>
public sealed record JobDepth(string Kind, long Ready, long Scheduled, long Leased, long Dead, TimeSpan? OldestReady);
