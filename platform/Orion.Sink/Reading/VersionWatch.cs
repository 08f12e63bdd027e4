using Orion.Sink.Segments;
using Orion.Sink.Sql;

namespace Orion.Sink.Reading;

/// <summary>
/// A number that changes when any process has committed: SQLite's <c>data_version</c> of <c>telemetry.db</c>, which every batch touches
/// last. The connection stays open but holds no transaction.
/// </summary>
internal sealed class VersionWatch(string directory) : IDisposable
{
    private readonly Lock _lock = new();
    private Database? _database;
    private Statement? _ask;
    private DateTime _made;
    private long _last = -1;
    private long _changes;

    public long Read()
    {
        lock (_lock)
        {
            var path = SegmentFiles.CentralPath(directory);
            var made = File.GetCreationTimeUtc(path);
            if (_database is not null && made != _made)
            {
                Close();
            }

            if (_database is null)
            {
                _database = SegmentReader.TryOpenFile(path, limit: null);
                _ask = _database?.Prepare("PRAGMA data_version");
                _made = made;
                _last = _database is null ? _last : -1;
            }

            var now = Ask();
            if (now != _last)
            {
                _last = now;
                _changes++;
            }

            return _changes;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            Close();
        }
    }

    private long Ask()
    {
        if (_ask is null)
        {
            return 0;
        }

        try
        {
            _ask.Step();
            return _ask.Long(0);
        }
        finally
        {
            _ask.Reset();
        }
    }

    private void Close()
    {
        _ask?.Dispose();
        _database?.Dispose();
        (_ask, _database) = (null, null);
    }
}
