using System.Diagnostics;
using OrionPlatform.Sink;

namespace OrionPlatform.ServiceDefaults;

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

    /// <summary>What inner and root spans have in common; attributes and duration are the caller's.</summary>
    public static void Fill(SpanRow row, Activity activity)
    {
        row.ParentSpanId = activity.ParentSpanId;
        row.Kind = activity.Kind;
        row.StartUnixNanos = UnixNanos(activity.StartTimeUtc);
        row.Status = (SpanStatus)activity.Status;
        row.StatusMessage = activity.StatusDescription;
        row.Links = Links(activity);
        row.Events = Events(activity);
    }

    /// <summary>The activity's tags, then further fields (a field replaces a tag of the same key), then the path.</summary>
    public static KeyValuePair<string, object?>[] Attributes(Activity activity, List<KeyValuePair<string, object?>>? fields, string? path)
    {
        var count = (fields?.Count ?? 0) + (path is null ? 0 : 1);
        foreach (ref readonly var tag in activity.EnumerateTagObjects())
        {
            count += tag.Value is null || Replaced(fields, tag.Key) ? 0 : 1;
        }

        if (count == 0)
        {
            return [];
        }

        var attributes = new KeyValuePair<string, object?>[count];
        var i = 0;
        foreach (ref readonly var tag in activity.EnumerateTagObjects())
        {
            if (tag.Value is not null && !Replaced(fields, tag.Key))
            {
                attributes[i++] = tag;
            }
        }

        fields?.CopyTo(attributes, i);
        if (path is not null)
        {
            attributes[^1] = new("url.path", path);
        }

        return attributes;
    }

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

    private static SpanLink[] Links(Activity activity)
    {
        List<SpanLink>? links = null;
        foreach (ref readonly var link in activity.EnumerateLinks())
        {
            if ((links ??= []).Count < MaxLinks)
            {
                links.Add(new SpanLink(link.Context.TraceId, link.Context.SpanId));
            }
        }

        return links?.ToArray() ?? [];
    }

    private static SpanEvent[] Events(Activity activity)
    {
        List<SpanEvent>? events = null;
        foreach (ref readonly var happened in activity.EnumerateEvents())
        {
            if ((events ??= []).Count < MaxEvents)
            {
                events.Add(new SpanEvent(UnixNanos(happened.Timestamp.UtcDateTime), happened.Name, [.. happened.Tags]));
            }
        }

        return events?.ToArray() ?? [];
    }
}
