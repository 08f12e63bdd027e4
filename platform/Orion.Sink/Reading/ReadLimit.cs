using System.Diagnostics;

namespace Orion.Sink.Reading;

/// <summary>
/// When a read has to end: its caller gives it up, or it has taken too long. While a read lasts, its file's WAL cannot be reset and grows.
/// </summary>
internal sealed class ReadLimit(CancellationToken cancellationToken = default)
{
    /// <summary>The longest that one call may take, over all files it reads.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    private readonly long _started = Stopwatch.GetTimestamp();

    public bool IsReached => cancellationToken.IsCancellationRequested || Stopwatch.GetElapsedTime(_started) > Longest;
}
