using Orion.Sink.Sql;

namespace Orion.Sink.Segments;

/// <summary>Text that repeats (names, routes, tenants), stored once a segment and referred to by number.</summary>
internal sealed class StringTable : IDisposable
{
    // Bounded by MaxCached entries of at most MaxLength characters; further text is found through the table's own index.
    private const int MaxCached = 65_536;
    private const int MaxLength = 2_048;

    private readonly Dictionary<string, long> _ids = [];
    private readonly Statement _insert;
    private readonly Statement _find;
    private int _added;

    public StringTable(Database database)
    {
        _insert = database.Prepare("INSERT INTO strings (value) VALUES (?) ON CONFLICT DO NOTHING");
        _find = database.Prepare("SELECT id FROM strings WHERE value = ?");
    }

    /// <summary>The number of <paramref name="value"/>, made when it is new.</summary>
    public long Id(string value)
    {
        if (_ids.TryGetValue(value, out var id))
        {
            return id;
        }

        var text = value.Length > MaxLength ? value[..MaxLength] : value;
        _insert.Bind(1, text).Run();
        _find.Bind(1, text).Step();
        id = _find.Long(0);
        _find.Reset();
        if (_ids.Count < MaxCached)
        {
            _ids.Add(value, id);
            _added++;
        }

        return id;
    }

    /// <summary>The transaction in progress is committed: what it added stays.</summary>
    public void Committed() => _added = 0;

    /// <summary>The transaction in progress is undone, so numbers given in it are void.</summary>
    public void RolledBack()
    {
        if (_added > 0)
        {
            _ids.Clear();
            _added = 0;
        }
    }

    public void Dispose()
    {
        _insert.Dispose();
        _find.Dispose();
    }
}
