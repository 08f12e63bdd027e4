namespace OrionPlatform.Sink;

/// <summary>
/// One stream's way from its callers to the writer: a bounded buffer, and the account of what became of its rows. A caller never waits
/// for the writer; a row that finds no room is dropped and counted.
/// </summary>
internal sealed class StreamBuffer<T> where T : class
{
    private readonly Lock _lock = new();
    private readonly int _wakeAt;
    private readonly Action _wake;
    private readonly StreamAccount _account;

    // Bounded by the capacity; the two arrays change places when the writer takes what is there.
    private T[] _rows;
    private T[] _spare;
    private int _count;
    private int _taken;
    private bool _closed;

    public StreamBuffer(string stream, int capacity, Action wake)
    {
        _rows = new T[capacity];
        _spare = new T[capacity];
        _wakeAt = Math.Max(1, capacity / 8);
        _wake = wake;
        _account = new StreamAccount(stream);
    }

    /// <summary>Takes a row in; counts it in any case.</summary>
    public void Offer(T row)
    {
        bool wake;
        lock (_lock)
        {
            _account.Produced++;
            if (_closed || _count == _rows.Length)
            {
                _account.Drop(_closed ? "closed" : "overflow", 1);
                return;
            }

            _rows[_count++] = row;
            wake = _count == _wakeAt;
        }

        if (wake)
        {
            _wake();
        }
    }

    /// <summary>The rows in the buffer, which is empty afterwards. The memory is the buffer's: the next call takes it back.</summary>
    public Memory<T> Take()
    {
        // Only the writer calls this, and only it touches the spare array: rows written long ago must not be kept alive by it.
        Array.Clear(_spare, 0, _taken);
        lock (_lock)
        {
            (_rows, _spare) = (_spare, _rows);
            (_taken, _count) = (_count, 0);
        }

        return _spare.AsMemory(0, _taken);
    }

    public void CountProducedAndDropped(string reason)
    {
        lock (_lock)
        {
            _account.Produced++;
            _account.Drop(reason, 1);
        }
    }

    public void CountSampledOut(int rows)
    {
        lock (_lock)
        {
            _account.Produced += rows;
            _account.SampledOut += rows;
        }
    }

    /// <summary>A batch is through: so many rows, of which some were stored before and some only folded into rollups.</summary>
    public void CountWritten(int rows, int duplicates, int sampledOut)
    {
        CountStored(rows - duplicates - sampledOut);
        CountDropped("duplicate", duplicates);
        lock (_lock)
        {
            _account.SampledOut += sampledOut;
        }
    }

    public void CountStored(int rows)
    {
        lock (_lock)
        {
            _account.Stored += rows;
        }
    }

    public void CountDropped(string reason, int rows)
    {
        if (rows > 0)
        {
            lock (_lock)
            {
                _account.Drop(reason, rows);
            }
        }
    }

    /// <summary>Further rows are dropped.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
        }
    }

    /// <summary>The account as of now; it balances at every moment.</summary>
    public StreamAccount Account()
    {
        lock (_lock)
        {
            return _account.Copy();
        }
    }
}
