namespace OrionPlatform.Sink;

/// <summary>Roughly what a row holds in memory, bytes: fixed parts by a constant, text by its length.</summary>
internal static class RowSizes
{
    private const int Fixed = 200;
    private const int PerAttribute = 40;

    public static int Of(SpanRow row)
    {
        var size = Fixed + Of(row.Attributes) + (row.Links.Length * 64) + ((row.StatusMessage?.Length ?? 0) * 2);
        foreach (var item in row.Events)
        {
            size += Fixed + Of(item.Attributes);
        }

        return size;
    }

    public static int Of(LogRow row) => Fixed + Of(row.Attributes) + (((row.Message?.Length ?? 0) + (row.Exception?.Length ?? 0)) * 2);

    public static int Of(MetricPoint point) => Fixed + Of(point.Labels) + (point.Buckets.Length * 16);

    public static int Of(KeyValuePair<string, object?>[] attributes)
    {
        var size = attributes.Length * PerAttribute;
        foreach (var (_, value) in attributes)
        {
            size += value switch
            {
                string text => text.Length * 2,
                Array list => list.Length * PerAttribute,
                _ => 0,
            };
        }

        return size;
    }
}
