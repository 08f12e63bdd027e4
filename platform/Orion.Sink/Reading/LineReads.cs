using Orion.Sink.Rows;
using Orion.Sink.Segments;

namespace Orion.Sink.Reading;

/// <summary>Lists of canonical lines.</summary>
internal static class LineReads
{
    public static Page<CanonicalLine> Read(string directory, TraceQuery query, ReadLimit limit)
    {
        var page = new PageOf("canonical_lines s", SpanSelect.Full, TimeRange.Of(query.From, query.To), query.Limit, query.After);
        return Paging.Read(directory, page, filter => Filter(filter, query), SpanSelect.Line, SpanParts.Read, limit);
    }

    private static void Filter(SegmentFilter filter, TraceQuery query)
    {
        filter.Is("route", query.Route, SegmentSchema.LinesByRoute);
        filter.Is("tenant", query.Tenant, SegmentSchema.LinesByTenant);
        filter.Is("service", query.Service, SegmentSchema.LinesByService, exceptFirst: true);
        foreach (var attribute in query.Attributes)
        {
            filter.Has(attribute, SegmentSchema.LinesByResource);
        }

        if (query.ErrorsOnly)
        {
            filter.Holds("status = 2", SegmentSchema.FailedLines);
        }

        if (query.MinDuration is { } least)
        {
            filter.Holds($"duration >= {least.Ticks * 100}");
            if (least.Ticks * 100 >= SegmentSchema.SlowNanos)
            {
                filter.Holds($"duration >= {SegmentSchema.SlowNanos}", SegmentSchema.SlowLines);
            }
        }
    }
}
