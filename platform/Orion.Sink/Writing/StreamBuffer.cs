using Orion.Sink.Loss;

namespace Orion.Sink.Writing;

/// <summary>
/// One stream's way from its callers to the writer: a buffer bounded in rows and bytes, and the account of what became of its rows. A
/// caller never waits for the writer. When there is no room, the tenant that holds most of the buffer loses its newest row, so a noisy one
/// does not push out the others.
/// </summary>
internal sealed class StreamBuffer<T> where T : class
{
    private const int UnitBytes = 512;

    private readonly Lock _lock = new();
    private readonly Func<T, string?> _tenantOf;
    private readonly Func<T, int> _sizeOf;
    private readonly Func<T, RowSource>? _sourceOf;
    private readonly SharedParts _parts = new(UnitBytes);
    private readonly int _maxUnits;
    private readonly int _wakeAt;
    private readonly Action _wake;
    private readonly StreamAccount _account;
    private readonly FairShare _shares;

    // By slot: units of the row in it, and the slot of its tenant's next older row (of the next free slot, when it is free).
    private readonly int[] _units;
    private readonly int[] _older;

    // Tenants with rows that the account does not know to be dropped yet; bounded by the tenants there are, and emptied whenever the
    // account is asked for.
    private readonly List<TenantShare> _overflowed = [];

    // Bounded by the capacity; the two arrays change places when the writer takes what is there.
    private T?[] _rows;
    private T?[] _spare;
    private int _slots;
    private int _free = -1;
    private int _count;
    private int _usedUnits;
    private int _taken;
    private bool _closed;

    // Where the rows handed over are noted for the next run; null when nowhere.
    private unsafe long* _noted;

    public StreamBuffer(
        string stream, int capacity, int maxBytes, Func<T, string?> tenantOf, Func<T, int> sizeOf, Action wake,
        Func<T, RowSource>? sourceOf = null)
    {
        _rows = new T?[capacity];
        _spare = new T?[capacity];
        _units = new int[capacity];
        _older = new int[capacity];
        _maxUnits = Math.Max(1, maxBytes / UnitBytes);
        _shares = new FairShare(_maxUnits);
        _tenantOf = tenantOf;
        (_sizeOf, _sourceOf) = (sizeOf, sourceOf);
        _wakeAt = Math.Max(1, capacity / 8);
        _wake = wake;
        _account = new StreamAccount(stream);
    }

    /// <summary>Rows in the buffer now.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Takes a row in; counts it in any case.</summary>
    public void Offer(T row)
    {
        var tenant = _tenantOf(row);
        var units = 1 + (_sizeOf(row) / UnitBytes);
        var source = _sourceOf?.Invoke(row) ?? default;
        bool wake;
        lock (_lock)
        {
            CountHanded();
            var share = _shares.Of(tenant);
            var all = units + _parts.Missing(share, source);
            if (_closed || all > _maxUnits / 8)
            {
                _account.Drop(_closed ? "closed" : "too_large", tenant, 1);
                return;
            }

            if (!MakeRoom(share, all))
            {
                Overflowed(share);
                return;
            }

            Put(row, share, units, all);
            _parts.Hold(share, source);
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
        bool holes;
        lock (_lock)
        {
            holes = _free >= 0;
            (_rows, _spare) = (_spare, _rows);
            _taken = _slots;
            (_slots, _free, _count, _usedUnits) = (0, -1, 0, 0);
            _shares.Reset();
            _parts.Reset();
        }

        // Not one of them is null once the holes of evicted rows are closed.
        return _spare.AsMemory(0, holes ? CloseHoles() : _taken)!;
    }

    public void CountProducedAndDropped(string reason, string? tenant)
    {
        lock (_lock)
        {
            CountHanded();
            _account.Drop(reason, tenant, 1);
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

    /// <summary>A batch is through: so many rows, of which some were stored before.</summary>
    public void CountWritten(int rows, ReadOnlySpan<T> duplicates)
    {
        CountStored(rows - duplicates.Length);
        CountDropped("duplicate", duplicates);
    }

    public void CountStored(int rows)
    {
        lock (_lock)
        {
            _account.Stored += rows;
        }
    }

    /// <summary>Counts taken rows that are not stored.</summary>
    public void CountDropped(string reason, ReadOnlySpan<T> rows)
    {
        lock (_lock)
        {
            foreach (var row in rows)
            {
                _account.Drop(reason, _tenantOf(row), 1);
            }
        }
    }

    /// <summary>
    /// Notes from now on how many rows were handed over, all of this run; null ends it, and the memory is not touched any more.
    /// </summary>
    public unsafe void NoteAt(long* noted)
    {
        lock (_lock)
        {
            _noted = noted;
            if (noted is not null)
            {
                *noted = _account.Produced - _account.SampledOut;
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
            foreach (var share in _overflowed)
            {
                _account.Drop("overflow", share.Name, share.Overflowed);
                share.Overflowed = 0;
            }

            _overflowed.Clear();
            return _account.Copy();
        }
    }

    private unsafe void CountHanded()
    {
        _account.Produced++;
        if (_noted is not null)
        {
            ++*_noted;
        }
    }

    private bool MakeRoom(TenantShare share, int units)
    {
        while ((_slots == _rows.Length && _free < 0) || _usedUnits + units > _maxUnits)
        {
            var largest = _shares.Largest();
            if (largest is null || largest == share || share.Units + units >= largest.Units)
            {
                return false;
            }

            Evict(largest);
        }

        return true;
    }

    private void Put(T row, TenantShare share, int units, int all)
    {
        int slot;
        if (_free >= 0)
        {
            slot = _free;
            _free = _older[slot];
        }
        else
        {
            slot = _slots++;
        }

        _rows[slot] = row;
        (_units[slot], _older[slot], share.Newest) = (units, share.Newest, slot);
        _shares.Change(share, all);
        _usedUnits += all;
        _count++;
    }

    private void Evict(TenantShare share)
    {
        var slot = share.Newest;
        var units = _units[slot] + _parts.Release(share, _sourceOf?.Invoke(_rows[slot]!) ?? default);
        _rows[slot] = null;
        share.Newest = _older[slot];
        (_older[slot], _free) = (_free, slot);
        _shares.Change(share, -units);
        _usedUnits -= units;
        _count--;
        Overflowed(share);
    }

    /// <summary>
    /// Counts beside the tenant at first: this is done for every row of a flood, and the account looks its reason and tenant up.
    /// </summary>
    private void Overflowed(TenantShare share)
    {
        if (share.Overflowed++ == 0)
        {
            _overflowed.Add(share);
        }
    }

    private int CloseHoles()
    {
        var kept = 0;
        for (var i = 0; i < _taken; i++)
        {
            if (_spare[i] is { } row)
            {
                _spare[kept++] = row;
            }
        }

        Array.Clear(_spare, kept, _taken - kept);
        return kept;
    }
}
