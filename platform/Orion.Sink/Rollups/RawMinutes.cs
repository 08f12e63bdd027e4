using System.Runtime.InteropServices;
using Orion.Sink.Reading;
using Orion.Sink.Rows;
using Orion.Sink.Segments;
using Orion.Sink.Sql;

namespace Orion.Sink.Rollups;

/// <summary>
/// Folds the raw rows of one process anew, a minute at a time. Its own connections, read-only; between two minutes none holds a
/// transaction.
/// </summary>
internal sealed class RawMinutes : IDisposable
{
    // A key differs from its time only where several rows have the same one.
    private const long LargestSkew = 100_000_000;

    private readonly IReadOnlyList<SloRule> _slos;
    private readonly List<File> _files = [];

    /// <summary>Opens every segment of the process: a row whose clock was far off lies in another day's file than its time says.</summary>
    public RawMinutes(string directory, string process, IReadOnlyList<SloRule> slos, CancellationToken cancellationToken)
    {
        _slos = slos;
        foreach (var day in SegmentFiles.Days(directory))
        {
            foreach (var path in SegmentFiles.Parts(directory, day, process))
            {
                Try(() => Open(path, cancellationToken));
            }
        }
    }

    /// <summary>Whether every segment could be read so far; when one could not, the rest does not tell what a rollup should be.</summary>
    public bool IsWhole { get; private set; } = true;

    /// <summary>What the rows of the minute that begins at <paramref name="minute"/> add up to.</summary>
    public Dictionary<RollupSeries, RollupCell> Fold(long minute)
    {
        RollupFold? fold = null;
        foreach (var file in _files)
        {
            Try(() =>
            {
                foreach (var rows in file.Tables)
                {
                    for (rows.From(minute, minute + UnixTime.Minute + LargestSkew); rows.Next() is { } row;)
                    {
                        (fold ??= new RollupFold(_slos)).Add(row);
                    }
                }
            });
        }

        return fold?.Minutes.Where(m => m.Key.Start == minute).ToDictionary(m => m.Key.Series, m => m.Value) ?? [];
    }

    public void Dispose() => _files.ForEach(f => f.Dispose());

    private void Open(string path, CancellationToken cancellationToken)
    {
        // Not bound by the limit of a read: many minutes are folded in one go, and no transaction lasts for long.
        if (SegmentReader.TryOpen(path, limit: null) is { } segment)
        {
            segment.Database.InterruptWhen(() => cancellationToken.IsCancellationRequested);
            _files.Add(new File(segment));
        }
    }

    private void Try(Action read)
    {
        try
        {
            read();
        }
        catch (SqliteFailure failure) when (!failure.IsInterrupt)
        {
            IsWhole = false;
        }
    }

    private sealed class File : IDisposable
    {
        private readonly SegmentReader _segment;
        private readonly Statement _string;

        // Bounded by MaxStrings; cleared when full. The same objects every time are what lets the fold know a route again.
        private readonly Dictionary<long, string> _strings = [];

        // Where in the values of a shape the time of waiting for the client is; -1 where there is none. Bounded and cleared likewise.
        private readonly Dictionary<long, int> _waits = [];
        private readonly Statement _position;
        private readonly Statement _value;

        public File(SegmentReader segment)
        {
            _segment = segment;
            _string = segment.Database.Prepare("SELECT value FROM strings WHERE id = ?");
            _position = segment.Database.Prepare(
                $"SELECT k.key FROM shapes h, json_each(h.keys) k WHERE h.id = ? AND k.value = '{CanonicalLine.ClientWaitKey}'");
            _value = segment.Database.Prepare("SELECT CASE typeof(?1 ->> ?2) WHEN 'integer' THEN ?1 ->> ?2 ELSE 0 END");
            Tables = [new Rows(this, lines: true), new Rows(this, lines: false)];
        }

        public bool HasSources => _segment.Version >= SegmentSchema.SourcesSince;

        public ResourceRow? Resource(Statement row, int column) => _segment.Sources.Resource(row, column);

        private const int MaxStrings = 20_000;

        /// <summary>A line's time of waiting for its client, an attribute that few have.</summary>
        public long ClientWait(Statement row, int shape, int attributes)
        {
            if (row.IsNull(shape))
            {
                return 0;
            }

            if (_waits.Count >= MaxStrings)
            {
                _waits.Clear();
            }

            ref var position = ref CollectionsMarshal.GetValueRefOrAddDefault(_waits, row.Long(shape), out var known);
            if (!known)
            {
                position = _position.Bind(1, row.Long(shape)).Step() ? (int)_position.Long(0) : -1;
                _position.Reset();
            }

            if (position < 0)
            {
                return 0;
            }

            var wait = _value.BindBlob(1, row.Blob(attributes)).Bind(2, $"$[{position}]").Step() ? _value.Long(0) : 0;
            _value.Reset();
            return wait;
        }

        public Rows[] Tables { get; }

        public Statement Prepare(string sql) => _segment.Database.Prepare(sql);

        public string? String(Statement row, int column)
        {
            if (row.IsNull(column))
            {
                return null;
            }

            if (_strings.Count >= MaxStrings)
            {
                _strings.Clear();
            }

            ref var text = ref CollectionsMarshal.GetValueRefOrAddDefault(_strings, row.Long(column), out var known);
            if (!known)
            {
                text = _string.Bind(1, row.Long(column)).Step() ? _string.Text(0) ?? "" : "";
                _string.Reset();
            }

            return text;
        }

        public void Dispose()
        {
            Array.ForEach(Tables, t => t.Dispose());
            _string.Dispose();
            _position.Dispose();
            _value.Dispose();
            _segment.Dispose();
        }
    }

    /// <summary>One table of a segment; every row it finds is told in the same object, with no more than the fold looks at.</summary>
    private sealed class Rows(File file, bool lines) : IDisposable
    {
        private readonly Statement _select = file.Prepare(
            $"SELECT id - skew, duration, status, service, name, {(file.HasSources ? "resource" : "NULL")}"
            + (lines ? ", surface, route, outcome, shape, attributes FROM canonical_lines" : " FROM spans")
            + " WHERE id >= ? AND id < ?");

        private readonly SpanRow _row = lines
            ? new CanonicalLine { TraceId = default, SpanId = default, Service = "", Name = "", LineKind = "" }
            : new SpanRow { TraceId = default, SpanId = default, Service = "", Name = "" };

        public void From(long from, long to) => _select.Bind(1, from).Bind(2, to);

        /// <summary>The next row; null when there is none, and the statement is ready for other times.</summary>
        public SpanRow? Next()
        {
            if (!_select.Step())
            {
                _select.Reset();
                return null;
            }

            _row.StartUnixNanos = _select.Long(0);
            _row.DurationNanos = _select.Long(1);
            _row.Status = (SpanStatus)_select.Long(2);
            _row.Service = file.String(_select, 3) ?? "";
            _row.Name = file.String(_select, 4) ?? "";
            _row.Resource = file.Resource(_select, 5);
            if (_row is CanonicalLine line)
            {
                line.Surface = file.String(_select, 6) ?? "other";
                line.Route = file.String(_select, 7);
                line.Outcome = file.String(_select, 8) ?? "ok";
                line.ClientWaitMs = file.ClientWait(_select, 9, 10);
            }

            return _row;
        }

        public void Dispose() => _select.Dispose();
    }
}
