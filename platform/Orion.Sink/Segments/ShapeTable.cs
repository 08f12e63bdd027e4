using System.Runtime.CompilerServices;
using System.Text.Json;
using Orion.Sink.Sql;

namespace Orion.Sink.Segments;

/// <summary>
/// The sets of attribute keys, in order, each stored once a segment; a row then holds only its values. Keys make up more than half of a
/// span's attributes, and the same code always gives the same ones.
/// </summary>
internal sealed class ShapeTable : IDisposable
{
    // Bounded by MaxCached entries; cleared when full, and the table's own index finds the shapes again.
    private const int MaxCached = 4_096;

    private readonly Dictionary<int, (KeyValuePair<string, object?>[] Sample, long Id)> _byKeys = [];
    private readonly Statement _insert;
    private readonly Statement _find;
    private bool _added;

    public ShapeTable(Database database)
    {
        _insert = database.Prepare("INSERT INTO shapes (keys) VALUES (?) ON CONFLICT DO NOTHING");
        _find = database.Prepare("SELECT id FROM shapes WHERE keys = ?");
    }

    public long Id(KeyValuePair<string, object?>[] attributes)
    {
        var hash = attributes.Length;
        foreach (var (key, _) in attributes)
        {
            // By reference: keys are literals or interned, so equal keys are nearly always the same object, and a hash of text is not
            // needed.
            hash = (hash * 31) + RuntimeHelpers.GetHashCode(key);
        }

        if (_byKeys.TryGetValue(hash, out var known) && SameKeys(known.Sample, attributes))
        {
            return known.Id;
        }

        var keys = JsonSerializer.Serialize(Array.ConvertAll(attributes, a => a.Key));
        _insert.Bind(1, keys).Run();
        _find.Bind(1, keys).Step();
        var id = _find.Long(0);
        _find.Reset();
        if (_byKeys.Count >= MaxCached)
        {
            _byKeys.Clear();
        }

        _byKeys[hash] = (Array.ConvertAll(attributes, a => new KeyValuePair<string, object?>(a.Key, null)), id);
        _added = true;
        return id;
    }

    public void Committed() => _added = false;

    /// <summary>The transaction in progress is undone, so numbers given in it are void.</summary>
    public void RolledBack()
    {
        if (_added)
        {
            _byKeys.Clear();
            _added = false;
        }
    }

    public void Dispose()
    {
        _insert.Dispose();
        _find.Dispose();
    }

    private static bool SameKeys(KeyValuePair<string, object?>[] one, KeyValuePair<string, object?>[] other)
    {
        if (one.Length != other.Length)
        {
            return false;
        }

        for (var i = 0; i < one.Length; i++)
        {
            if (!ReferenceEquals(one[i].Key, other[i].Key) && one[i].Key != other[i].Key)
            {
                return false;
            }
        }

        return true;
    }
}
