using Orion.Sink.Rows;
using Orion.Sink.Sql;

namespace Orion.Sink.Segments;

/// <summary>Resources and scopes, each stored once a segment and referred to by number.</summary>
internal sealed class SourceTable : IDisposable
{
    /// <summary>The tables.</summary>
    public const string Sql = """
        CREATE TABLE resources (id INTEGER PRIMARY KEY, attributes TEXT NOT NULL, dropped INTEGER NOT NULL, sender TEXT NOT NULL,
            objectives INTEGER NOT NULL, UNIQUE (attributes, dropped, sender, objectives));
        CREATE TABLE scopes (id INTEGER PRIMARY KEY, name TEXT NOT NULL, version TEXT NOT NULL, attributes TEXT NOT NULL,
            dropped INTEGER NOT NULL, UNIQUE (name, version, attributes, dropped));
        """;

    // Bounded by MaxCached: objects that rows of late shared; cleared when full, and the tables' own indexes find them again.
    private const int MaxCached = 1_024;

    private readonly Dictionary<object, long> _ids = new(ReferenceEqualityComparer.Instance);
    private readonly Statement _addResource;
    private readonly Statement _findResource;
    private readonly Statement _addScope;
    private readonly Statement _findScope;
    private object? _last;
    private long _lastId;
    private bool _added;

    public SourceTable(Database database)
    {
        _addResource =
            database.Prepare("INSERT INTO resources (attributes, dropped, sender, objectives) VALUES (?,?,?,?) ON CONFLICT DO NOTHING");
        _findResource = database.Prepare("SELECT id FROM resources WHERE attributes = ? AND dropped = ? AND sender = ? AND objectives = ?");
        _addScope = database.Prepare("INSERT INTO scopes (name, version, attributes, dropped) VALUES (?,?,?,?) ON CONFLICT DO NOTHING");
        _findScope = database.Prepare("SELECT id FROM scopes WHERE name = ? AND version = ? AND attributes = ? AND dropped = ?");
    }

    public long Id(ResourceRow resource)
    {
        // Nearly every row has the process's own.
        if (ReferenceEquals(resource, _last))
        {
            return _lastId;
        }

        if (!_ids.TryGetValue(resource, out var id))
        {
            foreach (var statement in (ReadOnlySpan<Statement>)[_addResource, _findResource])
            {
                statement.Bind(1, resource.Text).Bind(2, (long)resource.DroppedAttributes).Bind(3, resource.Sender)
                    .Bind(4, resource.CountsInObjectives ? 1L : 0L);
            }

            id = Remember(resource, _addResource, _findResource);
        }

        (_last, _lastId) = (resource, id);
        return id;
    }

    public long Id(ScopeRow scope)
    {
        if (_ids.TryGetValue(scope, out var id))
        {
            return id;
        }

        foreach (var statement in (ReadOnlySpan<Statement>)[_addScope, _findScope])
        {
            statement.Bind(1, scope.Name).Bind(2, scope.Version ?? "").Bind(3, scope.Text).Bind(4, (long)scope.DroppedAttributes);
        }

        return Remember(scope, _addScope, _findScope);
    }

    public void Committed() => _added = false;

    /// <summary>The transaction in progress is undone, so numbers given in it are void.</summary>
    public void RolledBack()
    {
        if (_added)
        {
            _ids.Clear();
            (_last, _added) = (null, false);
        }
    }

    public void Dispose()
    {
        _addResource.Dispose();
        _findResource.Dispose();
        _addScope.Dispose();
        _findScope.Dispose();
    }

    private long Remember(object source, Statement add, Statement find)
    {
        add.Run();
        find.Step();
        var id = find.Long(0);
        find.Reset();
        if (_ids.Count >= MaxCached)
        {
            _ids.Clear();
        }

        _ids[source] = id;
        _added = true;
        return id;
    }
}
