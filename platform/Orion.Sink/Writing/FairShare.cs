namespace Orion.Sink.Writing;

/// <summary>One tenant's part of a buffer.</summary>
internal sealed class TenantShare(string name)
{
    public string Name { get; } = name;

    /// <summary>Which filling of the buffer these figures are of.</summary>
    public long Filling { get; set; }

    public int Units { get; set; }

    /// <summary>Rows it has lost that are not in the account yet.</summary>
    public long Overflowed { get; set; }

    /// <summary>Slot of its newest row; -1 when it has none.</summary>
    public int Newest { get; set; } = -1;

    public TenantShare? Before { get; set; }

    public TenantShare? After { get; set; }
}

/// <summary>
/// Who holds how much of a buffer, and who holds most. Tenants are kept in lists by size, so that each step is O(1) however many there are;
/// the sizes of two tenants in one list differ by less than <see cref="Grain"/> units.
/// </summary>
internal sealed class FairShare(int maxUnits)
{
    private const int Grain = 16;

    // Bounded by MaxTenants; past it the table starts anew with the next filling.
    private const int MaxTenants = 10_000;

    private readonly Dictionary<string, TenantShare> _tenants = [];
    private readonly TenantShare?[] _bySize = new TenantShare?[(maxUnits / Grain) + 1];
    private TenantShare _last = new("");
    private long _filling = 1;
    private int _largest;

    public TenantShare Of(string? tenant)
    {
        var name = tenant ?? "";
        var share = _last;
        if (!ReferenceEquals(share.Name, name) && share.Name != name)
        {
            if (!_tenants.TryGetValue(name, out share!))
            {
                _tenants.Add(name, share = new TenantShare(name));
            }

            _last = share;
        }

        if (share.Filling != _filling)
        {
            (share.Filling, share.Units, share.Newest, share.Before, share.After) = (_filling, 0, -1, null, null);
        }

        return share;
    }

    /// <summary>One of the tenants that hold most; null when nobody holds anything.</summary>
    public TenantShare? Largest()
    {
        while (_largest > 0 && _bySize[_largest] is null)
        {
            _largest--;
        }

        return _bySize[_largest];
    }

    public void Change(TenantShare share, int units)
    {
        var after = share.Units + units;
        if (share.Units > 0 && after > 0 && share.Units / Grain == after / Grain)
        {
            share.Units = after;
            return;
        }

        if (share.Units > 0)
        {
            Unlink(share);
        }

        share.Units = after;
        if (after > 0)
        {
            Link(share);
        }
    }

    /// <summary>The buffer is empty: nobody holds anything.</summary>
    public void Reset()
    {
        _filling++;
        Array.Clear(_bySize, 0, _largest + 1);
        _largest = 0;
        if (_tenants.Count >= MaxTenants)
        {
            _tenants.Clear();
            _last = new TenantShare("");
        }
    }

    private void Link(TenantShare share)
    {
        var size = share.Units / Grain;
        ref var head = ref _bySize[size];
        (share.Before, share.After) = (null, head);
        if (head is not null)
        {
            head.Before = share;
        }

        head = share;
        _largest = Math.Max(_largest, size);
    }

    private void Unlink(TenantShare share)
    {
        if (share.Before is null)
        {
            _bySize[share.Units / Grain] = share.After;
        }
        else
        {
            share.Before.After = share.After;
        }

        if (share.After is not null)
        {
            share.After.Before = share.Before;
        }
    }
}
