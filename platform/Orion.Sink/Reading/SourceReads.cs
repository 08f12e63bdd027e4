using Orion.Sink.Rows;
using Orion.Sink.Segments;
using Orion.Sink.Sql;

namespace Orion.Sink.Reading;

/// <summary>The resources and scopes of one open segment: those that were read, each one object however many rows refer to it.</summary>
internal sealed class SourceReads(Database database, long version) : IDisposable
{
    // Bounded by MaxCached, and cleared when full; closed with the segment.
    private const int MaxCached = 4_096;

    private readonly Dictionary<long, ResourceRow> _resources = [];
    private readonly Dictionary<long, ScopeRow> _scopes = [];
    private Statement? _resource;
    private Statement? _scope;

    /// <summary>The resource of that number in the statement's current row; null for a row of a segment of an earlier version.</summary>
    public ResourceRow? Resource(Statement row, int column)
    {
        if (version < SegmentSchema.SourcesSince || row.IsNull(column))
        {
            return null;
        }

        var id = row.Long(column);
        if (!_resources.TryGetValue(id, out var found))
        {
            Bound(_resources);
            _resource ??= database.Prepare("SELECT attributes, dropped, sender, objectives FROM resources WHERE id = ?");
            if (_resource.Bind(1, id).Step())
            {
                found = new ResourceRow(_resource.Text(0) ?? "{}")
                {
                    DroppedAttributes = (int)_resource.Long(1),
                    Sender = _resource.Text(2) ?? "",
                    CountsInObjectives = _resource.Long(3) != 0,
                };
                _resources.Add(id, found);
            }

            _resource.Reset();
        }

        return found;
    }

    /// <summary>The scope of that number in the statement's current row; null when there is none.</summary>
    public ScopeRow? Scope(Statement row, int column)
    {
        if (version < SegmentSchema.SourcesSince || row.IsNull(column))
        {
            return null;
        }

        var id = row.Long(column);
        if (!_scopes.TryGetValue(id, out var found))
        {
            Bound(_scopes);
            _scope ??= database.Prepare("SELECT name, version, attributes, dropped FROM scopes WHERE id = ?");
            if (_scope.Bind(1, id).Step())
            {
                var known = _scope.Text(1) is { Length: > 0 } text ? text : null;
                found = new ScopeRow(_scope.Text(0) ?? "", known, _scope.Text(2) ?? "{}") { DroppedAttributes = (int)_scope.Long(3) };
                _scopes.Add(id, found);
            }

            _scope.Reset();
        }

        return found;
    }

    private static void Bound<T>(Dictionary<long, T> known)
    {
        if (known.Count >= MaxCached)
        {
            known.Clear();
        }
    }

    public void Dispose()
    {
        _resource?.Dispose();
        _scope?.Dispose();
    }
}
