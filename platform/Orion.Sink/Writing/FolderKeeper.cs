using Orion.Sink.Segments;

namespace Orion.Sink.Writing;

/// <summary>
/// Closes and removes what is no longer written, on a thread of its own: to copy a WAL back, to delete gigabytes and to walk a folder take
/// as long as the disk likes. The writer only says when it is time.
/// </summary>
internal sealed class FolderKeeper : IDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMinutes(1);

    private readonly SegmentSet _segments;
    private readonly FileRemoval _removal;
    private readonly Retention _retention;
    private readonly TimeProvider _time;
    private readonly Action<List<(string Key, string Value)>> _note;
    private readonly AutoResetEvent _due = new(false);
    private readonly Thread _thread;
    private DateTimeOffset _next = DateTimeOffset.MinValue;
    private volatile bool _stopping;

    public FolderKeeper(TelemetrySinkOptions options, string process, SegmentSet segments, TimeProvider time,
        Action<List<(string Key, string Value)>> note)
    {
        (_segments, _time, _note) = (segments, time, note);
        _removal = new FileRemoval(time);
        _retention = new Retention(options, segments, _removal, process, time);
        _thread = new Thread(Loop) { IsBackground = true, Name = "telemetry-keeper" };
        _thread.Start();
    }

    /// <inheritdoc cref="Retention.IsOverQuota"/>
    public bool IsOverQuota => _retention.IsOverQuota;

    /// <summary>Wakes the thread at the first call and then every minute; to be called often.</summary>
    public void Tick()
    {
        var now = _time.GetUtcNow();
        if (now >= _next || _next - now > s_pause)
        {
            _next = now + s_pause;
            _due.Set();
        }
    }

    /// <summary>Ends the thread once it is through with what it is at.</summary>
    public void Dispose()
    {
        _stopping = true;
        _due.Set();
        _thread.Join();
        _removal.Dispose();
        _due.Dispose();
    }

    private void Loop()
    {
        for (_due.WaitOne(); !_stopping; _due.WaitOne())
        {
            try
            {
                _removal.Free(() => _stopping);
                _segments.Tidy();
                if (_retention.Run() is { Count: > 0 } notes)
                {
                    _note(notes);
                }
            }
            catch (Exception)
            {
                // A folder that cannot be read, a file that cannot be closed: it is tried again in a minute.
            }
        }
    }
}
