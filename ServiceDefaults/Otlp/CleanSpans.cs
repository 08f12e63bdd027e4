using System.Diagnostics;
using System.Reflection;
using OpenTelemetry;

namespace OrionPlatform.ServiceDefaults;

/// <summary>
/// Cleans activities before they leave over OTLP. Events and links cannot be changed through <see cref="Activity"/>'s own surface; where one of
/// them is unclean its list is emptied and refilled, and if the runtime no longer has that list the whole span stays here, counted.
/// </summary>
internal sealed class CleanSpans(Sanitizer sanitizer) : BaseProcessor<Activity>
{
    private static readonly FieldInfo? s_events = typeof(Activity).GetField("_events", BindingFlags.NonPublic | BindingFlags.Instance);
    private static readonly FieldInfo? s_links = typeof(Activity).GetField("_links", BindingFlags.NonPublic | BindingFlags.Instance);

    private long _withheld;

    /// <summary>Spans that could not be cleaned and were not exported.</summary>
    public long Withheld => Interlocked.Read(ref _withheld);

    public override void OnEnd(Activity data)
    {
        try
        {
            data.DisplayName = sanitizer.Text(data.DisplayName);
            if (data.StatusDescription is { } description)
            {
                data.SetStatus(data.Status, sanitizer.Text(description));
            }

            if (data.TraceStateString is { } state && !ReferenceEquals(sanitizer.Text(state), state))
            {
                data.TraceStateString = null;
            }

            CleanTags(data);
            if (!CleanEvents(data) || !CleanLinks(data))
            {
                Withhold(data);
            }
        }
        catch (Exception)
        {
            Withhold(data);
        }
    }

    private void Withhold(Activity data)
    {
        data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        Interlocked.Increment(ref _withheld);
    }

    private void CleanTags(Activity data)
    {
        foreach (var (key, value) in data.TagObjects.ToArray())
        {
            var cleanKey = sanitizer.Key(key);
            var cleanValue = sanitizer.Value(key, value);
            if (!ReferenceEquals(cleanKey, key))
            {
                data.SetTag(key, null);
                data.SetTag(cleanKey, cleanValue);
            }
            else if (!ReferenceEquals(cleanValue, value))
            {
                data.SetTag(key, cleanValue);
            }
        }
    }

    private bool CleanEvents(Activity data)
    {
        var events = data.Events.ToArray();
        if (events.All(e => ReferenceEquals(sanitizer.Text(e.Name), e.Name) && IsClean(e.Tags)))
        {
            return true;
        }

        if (s_events is null)
        {
            return false;
        }

        s_events.SetValue(data, null);
        foreach (var happened in events)
        {
            data.AddEvent(new ActivityEvent(sanitizer.Text(happened.Name), happened.Timestamp, Clean(happened.Tags)));
        }

        return true;
    }

    private bool CleanLinks(Activity data)
    {
        var links = data.Links.ToArray();
        if (links.All(l => IsClean(l.Tags ?? [])))
        {
            return true;
        }

        if (s_links is null)
        {
            return false;
        }

        s_links.SetValue(data, null);
        foreach (var link in links)
        {
            data.AddLink(new ActivityLink(link.Context, Clean(link.Tags ?? [])));
        }

        return true;
    }

    private bool IsClean(IEnumerable<KeyValuePair<string, object?>> tags) =>
        tags.All(t => ReferenceEquals(sanitizer.Key(t.Key), t.Key) && ReferenceEquals(sanitizer.Value(t.Key, t.Value), t.Value));

    private ActivityTagsCollection Clean(IEnumerable<KeyValuePair<string, object?>> tags)
    {
        var clean = new ActivityTagsCollection();
        foreach (var (key, value) in tags)
        {
            clean[sanitizer.Key(key)] = sanitizer.Value(key, value);
        }

        return clean;
    }
}
