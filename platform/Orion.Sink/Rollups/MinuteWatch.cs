namespace Orion.Sink.Rollups;

/// <summary>Tells whether rows of a minute were folded since it was given to <see cref="RollupFold.Watch"/>.</summary>
internal sealed class MinuteWatch(long minute) : IDisposable
{
    public long Minute => minute;

    /// <summary>Written and read by the writer's thread alone.</summary>
    public bool IsTouched { get; set; }

    /// <summary>Nobody asks any more; the fold forgets it.</summary>
    public bool IsOver => Volatile.Read(ref _over);

    private bool _over;

    public void Dispose() => Volatile.Write(ref _over, true);
}
