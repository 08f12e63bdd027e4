using System.Diagnostics;
using Orion.Sink.Rows;
using Orion.Telemetry.CanonicalLines;

namespace Orion.Telemetry.Tracing;

/// <summary>Copies what an <see cref="Activity"/> says into a row.</summary>
internal static class SpanRows
{
    private const int MaxLinks = 128;
    private const int MaxEvents = 128;

    public static SpanRow Inner(Activity activity, string service)
    {
        var row = new SpanRow { TraceId = activity.TraceId, SpanId = activity.SpanId, Service = service, Name = activity.DisplayName };
        Fill(row, activity);
        row.Attributes = Attributes(activity, null, null);
        row.ErrorType = activity.GetTagItem("error.type") as string;
        row.DurationNanos = DurationNanos(activity);
        return row;
    }

    /// <summary>The canonical line of a root: its scope's columns, its span's tags, and the fields that were added.</summary>
    public static CanonicalLine Line(CanonicalLineContext scope, string service, List<KeyValuePair<string, object?>>? fields)
    {
        var root = scope.Root;
        var line = new CanonicalLine
        {
            TraceId = root.TraceId,
            SpanId = root.SpanId,
            Service = service,
            Name = root.DisplayName,
            LineKind = scope.Kind,
            Surface = scope.Surface,
            Method = scope.Method,
            Route = scope.Route,
            StatusCode = scope.StatusCode,
            Outcome = scope.Outcome,
            ErrorCode = scope.ErrorCode,
            ErrorType = scope.ErrorType,
            CorrelationId = scope.CorrelationId,
            Tenant = scope.Tenant,
            User = scope.User,
            DurationNanos = scope.DurationNanos,
            ClientWaitMs = scope.ClientWaitMs,
        };
        Fill(line, root);
        line.Attributes = Attributes(root, fields, line);
        return line;
    }

    /// <summary>What inner and root spans have in common; attributes and duration are the caller's.</summary>
    private static void Fill(SpanRow row, Activity activity)
    {
        row.ParentSpanId = activity.ParentSpanId;
        row.Kind = activity.Kind;
        row.StartUnixNanos = UnixNanos(activity.StartTimeUtc);
        row.Status = (SpanStatus)activity.Status;
        row.StatusMessage = activity.StatusDescription;
        (row.Links, row.DroppedLinks) = Links(activity);
        (row.Events, row.DroppedEvents) = Events(activity);
    }

    /// <summary>
    /// The activity's tags without those that are columns of the line, then further fields (a field replaces a tag of the same key).
    /// </summary>
    private static KeyValuePair<string, object?>[] Attributes(
        Activity activity, List<KeyValuePair<string, object?>>? fields, CanonicalLine? line)
    {
        var count = fields?.Count ?? 0;
        foreach (ref readonly var tag in activity.EnumerateTagObjects())
        {
            count += IsLeftOut(tag, fields, line) ? 0 : 1;
        }

        if (count == 0)
        {
            return [];
        }

        var attributes = new KeyValuePair<string, object?>[count];
        var i = 0;
        foreach (ref readonly var tag in activity.EnumerateTagObjects())
        {
            if (!IsLeftOut(tag, fields, line))
            {
                attributes[i++] = tag;
            }
        }

        fields?.CopyTo(attributes, i);
        return attributes;
    }

    private static bool IsLeftOut(in KeyValuePair<string, object?> tag, List<KeyValuePair<string, object?>>? fields, CanonicalLine? line) =>
        tag.Value is null || Replaced(fields, tag.Key) || (line is not null && IsColumn(tag, line));

    private static bool IsColumn(in KeyValuePair<string, object?> tag, CanonicalLine line) => tag.Key switch
    {
        "http.request.method" or "http.route" or "http.response.status_code" => line.Method is not null,
        "url.path" => tag.Value is string path && path == line.Route,
        "error.type" => tag.Value is string type && type == line.ErrorType,
        _ => false,
    };

    public static long DurationNanos(Activity activity) => Math.Max(0, activity.Duration.Ticks * 100);

    public static long UnixNanos(DateTime utc) => (utc.Ticks - DateTime.UnixEpoch.Ticks) * 100;

    private static bool Replaced(List<KeyValuePair<string, object?>>? fields, string key)
    {
        for (var i = 0; i < (fields?.Count ?? 0); i++)
        {
            if (fields![i].Key == key)
            {
                return true;
            }
        }

        return false;
    }

    private static (SpanLink[] Links, int Dropped) Links(Activity activity)
    {
        List<SpanLink>? links = null;
        var dropped = 0;
        foreach (ref readonly var link in activity.EnumerateLinks())
        {
            if ((links ??= []).Count == MaxLinks)
            {
                dropped++;
                continue;
            }

            // Trace state is not kept: it is the caller's word for other vendors, and anybody may call.
            links.Add(new SpanLink(link.Context.TraceId, link.Context.SpanId) { Attributes = link.Tags is null ? [] : [.. link.Tags] });
        }

        return (links?.ToArray() ?? [], dropped);
    }

    private static (SpanEvent[] Events, int Dropped) Events(Activity activity)
    {
        List<SpanEvent>? events = null;
        var dropped = 0;
        foreach (ref readonly var happened in activity.EnumerateEvents())
        {
            if ((events ??= []).Count == MaxEvents)
            {
                dropped++;
                continue;
            }

            events.Add(new SpanEvent(UnixNanos(happened.Timestamp.UtcDateTime), happened.Name, [.. happened.Tags]));
        }

        return (events?.ToArray() ?? [], dropped);
    }
}
