using Orion.Sink.Rows;
using Orion.Sink.Segments;
using Orion.Sink.Sql;

namespace Orion.Sink.Metrics;

/// <summary>Series of metrics, each stored once a file and referred to by number.</summary>
internal sealed class MetricSeriesTable(Database database, string table, SourceTable sources) : IDisposable
{
    private const string Columns = "name, unit, kind, temporality, monotonic, service, resource, scope, labels";

    // Bounded by MaxCached; cleared when full, and the table's own index finds the series again.
    private const int MaxCached = 20_000;

    private readonly Dictionary<Key, long> _ids = [];
    private readonly Statement _add =
        database.Prepare($"INSERT INTO {table} ({Columns}) VALUES (?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING");
    private readonly Statement _find = database.Prepare(
        $"SELECT id FROM {table} WHERE name = ? AND unit = ? AND kind = ? AND temporality = ? AND monotonic = ? "
        + "AND service = ? AND resource = ? AND scope = ? AND labels = ?");

    /// <summary>The table; a resource or scope of which nothing is known is 0.</summary>
    public static string Create(string table) => $"""
        CREATE TABLE {table} (id INTEGER PRIMARY KEY, name TEXT NOT NULL, unit TEXT NOT NULL, kind INTEGER NOT NULL,
            temporality INTEGER NOT NULL, monotonic INTEGER NOT NULL, service TEXT NOT NULL, resource INTEGER NOT NULL,
            scope INTEGER NOT NULL, labels TEXT NOT NULL,
            UNIQUE (name, service, labels, resource, scope, unit, kind, temporality, monotonic));
        """;

    /// <summary>The number of a point's series, made when it is new.</summary>
    public long Id(MetricPoint point, string labels)
    {
        var key = new Key(
            point.Name, point.Unit, point.Kind, point.Temporality, point.Monotonic, point.Service,
            sources.Id(point.Resource ?? ResourceRow.Unknown), point.Scope is { } scope ? sources.Id(scope) : 0, labels);
        if (_ids.TryGetValue(key, out var id))
        {
            return id;
        }

        foreach (var statement in (ReadOnlySpan<Statement>)[_add, _find])
        {
            statement.Bind(1, key.Name).Bind(2, key.Unit).Bind(3, (long)key.Kind).Bind(4, (long)key.Temporality)
                .Bind(5, key.Monotonic ? 1L : 0L).Bind(6, key.Service)
                .Bind(7, key.Resource).Bind(8, key.Scope).Bind(9, labels);
        }

        _add.Run();
        _find.Step();
        id = _find.Long(0);
        _find.Reset();
        if (_ids.Count >= MaxCached)
        {
            _ids.Clear();
        }

        return _ids[key] = id;
    }

    /// <summary>A transaction is undone, so numbers given in it are void.</summary>
    public void Forget() => _ids.Clear();

    public void Dispose()
    {
        _add.Dispose();
        _find.Dispose();
    }

    private readonly record struct Key(
        string Name, string Unit, MetricKind Kind, MetricTemporality Temporality, bool Monotonic, string Service, long Resource, long Scope,
        string Labels);
}
