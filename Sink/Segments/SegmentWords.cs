namespace OrionPlatform.Sink;

/// <summary>Binds repeated text and attributes by the segment's dictionaries.</summary>
internal sealed class SegmentWords(Database database) : IDisposable
{
    private readonly StringTable _strings = new(database);
    private readonly ShapeTable _shapes = new(database);
    private readonly ValueWriter _values = new();

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
    }

    public void RolledBack()
    {
        _strings.RolledBack();
        _shapes.RolledBack();
    }

    public void Dispose()
    {
        _strings.Dispose();
        _shapes.Dispose();
    }
}
