using Orion.Sink.Reading;
using Orion.Sink.Rows;
using Orion.Sink.Segments;
using Orion.Sink.Sql;

namespace Orion.Sink.Events;

/// <summary>Business events and tracked events.</summary>
internal static class EventTables
{
    public const string Sql = """
        CREATE TABLE business_event_logs (id INTEGER PRIMARY KEY, time INTEGER NOT NULL, type TEXT NOT NULL, service TEXT NOT NULL,
            entity_type TEXT, entity_id TEXT, user TEXT, tenant TEXT, action TEXT, details TEXT, success INTEGER NOT NULL,
            correlation_id TEXT, trace_id TEXT);
        CREATE INDEX business_event_logs_time ON business_event_logs (time);
        CREATE INDEX business_event_logs_entity ON business_event_logs (entity_type, entity_id) WHERE entity_id IS NOT NULL;
        CREATE TABLE _orion_events (id INTEGER PRIMARY KEY, time INTEGER NOT NULL, name TEXT NOT NULL, user TEXT, tenant TEXT,
            properties TEXT NOT NULL);
        CREATE INDEX _orion_events_name ON _orion_events (name, time);
        CREATE INDEX _orion_events_time ON _orion_events (time);
        """;

    private const string Columns =
        "time, type, service, entity_type, entity_id, user, tenant, action, details, success, correlation_id, trace_id";

    public static void Write(Database database, IReadOnlyList<BusinessEvent> events)
    {
        using var insert = database.Prepare($"INSERT INTO business_event_logs ({Columns}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)");
        foreach (var item in events)
        {
            insert.Bind(1, UnixTime.Nanos(item.Time ?? default)).Bind(2, item.Type).Bind(3, item.Service).Bind(4, item.EntityType)
                .Bind(5, item.EntityId).Bind(6, item.User)
                .Bind(7, item.Tenant).Bind(8, item.Action).Bind(9, item.Details).Bind(10, item.Success ? 1L : 0L)
                    .Bind(11, item.CorrelationId).Bind(12, item.TraceId).Run();
        }
    }

    /// <summary>Inserts tracked events, many to a statement.</summary>
    public static void Write(Database database, IReadOnlyList<TrackedEvent> events)
    {
        const int PerInsert = 100;
        for (var first = 0; first < events.Count; first += PerInsert)
        {
            var count = Math.Min(PerInsert, events.Count - first);
            using var insert = database.Prepare(
                "INSERT INTO _orion_events (time, name, user, tenant, properties) VALUES "
                + string.Join(',', Enumerable.Repeat("(?,?,?,?,?)", count)));
            for (var i = 0; i < count; i++)
            {
                var item = events[first + i];
                insert.Bind((i * 5) + 1, UnixTime.Nanos(item.Time ?? default)).Bind((i * 5) + 2, item.Name).Bind((i * 5) + 3, item.User)
                    .Bind((i * 5) + 4, item.Tenant)
                    .Bind((i * 5) + 5, AttributeJson.Of(item.Properties));
            }

            insert.Run();
        }
    }

    public static List<BusinessEvent> Read(Database database, EventQuery query)
    {
        Paging.Check(query.Limit, query.Offset);
        var range = TimeRange.Of(query.From, query.To);
        using var rows = database.Prepare($"""
            SELECT {Columns} FROM business_event_logs
            WHERE time >= ?1 AND time < ?2 AND (?3 IS NULL OR type = ?3) AND (?4 IS NULL OR tenant = ?4)
                AND (?5 IS NULL OR entity_id = ?5) AND (?6 < 0 OR success = ?6) ORDER BY time DESC, id DESC LIMIT ?7 OFFSET ?8
            """);
        rows.Bind(1, range.From).Bind(2, range.To).Bind(3, query.Type).Bind(4, query.Tenant).Bind(5, query.EntityId)
            .Bind(6, query.Success is { } success ? success ? 1L : 0L : -1L)
            .Bind(7, (long)query.Limit).Bind(8, (long)query.Offset);
        var events = new List<BusinessEvent>();
        while (rows.Step())
        {
            events.Add(new BusinessEvent
            {
                Time = UnixTime.Time(rows.Long(0)),
                Type = rows.Text(1)!,
                Service = rows.Text(2)!,
                EntityType = rows.Text(3),
                EntityId = rows.Text(4),
                User = rows.Text(5),
                Tenant = rows.Text(6),
                Action = rows.Text(7),
                Details = rows.Text(8),
                Success = rows.Long(9) == 1,
                CorrelationId = rows.Text(10),
                TraceId = rows.Text(11),
            });
        }

        return events;
    }

    public static List<EventCount> Count(Database database, DateTimeOffset from, DateTimeOffset to)
    {
        using var rows = database.Prepare(
            "SELECT name, count(*), count(DISTINCT user) FROM _orion_events WHERE time >= ? AND time < ? GROUP BY name ORDER BY name");
        var range = TimeRange.Of(from, to);
        rows.Bind(1, range.From).Bind(2, range.To);
        var counts = new List<EventCount>();
        while (rows.Step())
        {
            counts.Add(new EventCount(rows.Text(0)!, rows.Long(1), rows.Long(2)));
        }

        return counts;
    }
}

/// <summary>Which business events to list, newest first.</summary>
public sealed record EventQuery
{
    /// <summary>Start of the time range.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>End of the time range (exclusive).</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Only this type.</summary>
    public string? Type { get; init; }

    /// <summary>Only this tenant's.</summary>
    public string? Tenant { get; init; }

    /// <summary>Only this entity's.</summary>
    public string? EntityId { get; init; }

    /// <summary>Only those that succeeded, or only those that did not.</summary>
    public bool? Success { get; init; }

    /// <summary>At most this many, 1 to 1,000.</summary>
    public int Limit { get; init; } = 100;

    /// <summary>Events to pass over.</summary>
    public int Offset { get; init; }
}

/// <summary>How often a tracked event happened.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Count">How often.</param>
/// <param name="Users">By how many different users.</param>
public sealed record EventCount(string Name, long Count, long Users);
