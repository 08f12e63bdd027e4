using Orion.Sink.Rows;
using Orion.Sink.Sql;

namespace Orion.Sink.Segments;

/// <summary>Binds repeated text and attributes by the segment's dictionaries.</summary>
internal sealed class SegmentWords(Database database) : IDisposable
{
    private readonly StringTable _strings = new(database);
    private readonly ShapeTable _shapes = new(database);
    private readonly SourceTable _sources = new(database);
    private readonly ValueWriter _values = new();

    /// <summary>The resource of rows that have none of their own: the process that writes.</summary>
    public ResourceRow Own { get; private set; } = ResourceRow.Unknown;

    /// <summary>Resources and scopes.</summary>
    public SourceTable Sources => _sources;

    /// <summary>
    /// A batch begins. In a new segment the process's own resource becomes the first one (<see cref="SegmentSchema.FirstResource"/>).
    /// </summary>
    public void Begin(ResourceRow own)
    {
        Own = own;
        _sources.Id(own);
    }

    /// <summary>
    /// Binds the numbers of resource and scope at <paramref name="index"/> and the one after; without a scope that stays NULL.
    /// </summary>
    public void BindSource(Statement statement, int index, ResourceRow? resource, ScopeRow? scope)
    {
        statement.Bind(index, _sources.Id(resource ?? Own));
        if (scope is not null)
        {
            statement.Bind(index + 1, _sources.Id(scope));
        }
    }

    /// <summary>Binds the number of <paramref name="text"/>; leaves the cleared binding, NULL, when there is none.</summary>
    public void Bind(Statement statement, int index, string? text)
    {
        if (text is not null)
        {
            statement.Bind(index, _strings.Id(text));
        }
    }

    /// <summary>Binds shape and values at <paramref name="index"/> and the one after.</summary>
    public void BindAttributes(Statement statement, int index, KeyValuePair<string, object?>[] attributes)
    {
        if (attributes.Length > 0)
        {
            statement.Bind(index, _shapes.Id(attributes)).BindPinned(index + 1, _values.Write(attributes));
        }
    }

    public void Committed()
    {
        _strings.Committed();
        _shapes.Committed();
        _sources.Committed();
    }

    public void RolledBack()
    {
        _strings.RolledBack();
        _shapes.RolledBack();
        _sources.RolledBack();
    }

    public void Dispose()
    {
        _strings.Dispose();
        _shapes.Dispose();
        _sources.Dispose();
    }
}
