using Orion.Sink.Sql;

namespace Orion.Sink.Segments;

/// <summary>
/// Where a trace's spans lie: not one index entry a span but one a run, the stretch of keys in which the trace's spans follow each other
/// with few others between. A request's spans are written together, so a run nearly always is a whole trace, and the index costs an eighth.
/// </summary>
/// <remarks>Finding a trace reads its runs and, in each, at most <see cref="MaxGap"/> rows for every row it wants.</remarks>
internal sealed class TraceRuns(Database database) : IDisposable
{
    public const string Sql = """
        CREATE TABLE trace_runs (trace_hi INTEGER NOT NULL, first_id INTEGER NOT NULL, last_id INTEGER NOT NULL,
            PRIMARY KEY (trace_hi, first_id)) WITHOUT ROWID;
        """;

    /// <summary>Ids of a trace's spans, each once; the two integers of the trace id are parameters 1 and 2.</summary>
    public const string Ids = """
        SELECT t.id FROM trace_runs r CROSS JOIN spans t ON t.id BETWEEN r.first_id AND r.last_id
        WHERE r.trace_hi = ?1 AND t.trace_hi = ?1 AND t.trace_lo = ?2
        """;

    private const int MaxGap = 64;
    private const int Slots = 4096;

    private readonly Statement _insert = database.Prepare("INSERT OR REPLACE INTO trace_runs (trace_hi, first_id, last_id) VALUES (?,?,?)");

    // One run a slot is open at a time; a trace that needs the slot closes the run in it.
    private readonly Run[] _open = new Run[Slots];
    private readonly List<int> _used = new(Slots);
    private long _row;

    /// <summary>Notes a span written with this key; keys grow within a batch.</summary>
    public void Add(long high, long low, long id)
    {
        _row++;
        var slot = (int)((ulong)((high ^ low) * -7046029254386353131) >> 52);
        ref var run = ref _open[slot];
        if (run.IsOpen && run.High == high && run.Low == low && _row - run.Row <= MaxGap)
        {
            (run.Last, run.Row) = (id, _row);
            return;
        }

        if (run.IsOpen)
        {
            Write(run);
        }
        else
        {
            _used.Add(slot);
        }

        run = new Run { IsOpen = true, High = high, Low = low, First = id, Last = id, Row = _row };
    }

    /// <summary>Writes the open runs; a batch ends with this.</summary>
    public void Close()
    {
        foreach (var slot in _used)
        {
            Write(_open[slot]);
            _open[slot].IsOpen = false;
        }

        _used.Clear();
    }

    /// <summary>Forgets the open runs: the transaction is undone.</summary>
    public void RolledBack()
    {
        _used.ForEach(slot => _open[slot].IsOpen = false);
        _used.Clear();
    }

    public void Dispose() => _insert.Dispose();

    private void Write(in Run run) => _insert.Bind(1, run.High).Bind(2, run.First).Bind(3, run.Last).Run();

    private struct Run
    {
        public bool IsOpen;
        public long High;
        public long Low;
        public long First;
        public long Last;
        public long Row;
    }
}
