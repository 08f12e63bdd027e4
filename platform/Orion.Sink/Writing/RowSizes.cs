using Orion.Sink.Metrics;
using Orion.Sink.Rows;

namespace Orion.Sink.Writing;

/// <summary>Roughly what a row holds in memory, bytes: fixed parts by a constant, text by its length.</summary>
internal static class RowSizes
{
    private const int Fixed = 200;
    private const int PerAttribute = 40;

    // Keys are the same few constants, until a sender makes up its own.
    private const int LongKey = 64;

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

    public static int Of(ResourceRow resource) => Fixed + Of(resource.Attributes);

    public static int Of(ScopeRow scope) => Fixed + ((scope.Name.Length + (scope.Version?.Length ?? 0)) * 2) + Of(scope.Attributes);

    public static int Of(KeyValuePair<string, object?>[] attributes)
    {
        var size = attributes.Length * PerAttribute;
        foreach (var (key, value) in attributes)
        {
            size += Of(value) + (key.Length > LongKey ? key.Length * 2 : 0);
        }

        return size;
    }

    private static int Of(object? value)
    {
        var size = 0;
        switch (value)
        {
            case string text:
                return text.Length * 2;
            case object?[] list:
                foreach (var item in list)
                {
                    size += PerAttribute + Of(item);
                }

                return size;
            case Dictionary<string, object?> map:
                foreach (var (key, item) in map)
                {
                    size += PerAttribute + (key.Length * 2) + Of(item);
                }

                return size;
            case Array list:
                return list.Length * PerAttribute;
            default:
                return 0;
        }
    }
}
