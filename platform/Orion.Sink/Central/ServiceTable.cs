using Orion.Sink.Rollups;
using Orion.Sink.Rows;
using Orion.Sink.Sql;

namespace Orion.Sink.Central;

/// <summary>
/// Which services have sent anything, and when last, to the hour. Rollups know of those that have requests or jobs; this knows also of
/// one that sends nothing but log records, without a look at the records. For the writer's thread.
/// </summary>
/// <remarks>The hour is that of receipt, so each name is written once an hour, however old its rows are.</remarks>
internal sealed class ServiceTable
{
    public const string Sql = """
        CREATE TABLE services (name TEXT PRIMARY KEY, last_seen INTEGER NOT NULL) WITHOUT ROWID;
        """;

    /// <summary>The version of <c>telemetry.db</c> that has it.</summary>
    public const int Since = 9;

    /// <summary>Names in the table and in memory: a sender may make up as many as it likes. Past it new ones are not listed.</summary>
    public const int MaxNames = RollupFold.MaxSeries;

    // Bounded by MaxNames; emptied when the hour changes, in either direction.
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly HashSet<string> _new = new(StringComparer.Ordinal);
    private long _hour;

    // Rows of a service come one after another, and mostly with the same object.
    private string? _last;

    /// <summary>Rows of a batch follow, received at that time.</summary>
    public void Begin(long now)
    {
        var hour = UnixTime.Floor(now, UnixTime.Hour);
        if (hour != _hour)
        {
            (_hour, _last) = (hour, null);
            _seen.Clear();
        }
    }

    /// <summary>Notes the service of a row.</summary>
    public void Note(string service)
    {
        if (ReferenceEquals(service, _last))
        {
            return;
        }

        _last = service;
        if (service.Length > 0 && !_seen.Contains(service) && _seen.Count < MaxNames && _new.Count < MaxNames)
        {
            _seen.Add(service);
            _new.Add(service);
        }
    }

    /// <summary>Writes what is new; call <see cref="Committed"/> once that is committed.</summary>
    public void Write(Database database)
    {
        if (_new.Count == 0)
        {
            return;
        }

        using var put = database.Prepare($"""
            INSERT INTO services SELECT ?1, ?2
                WHERE EXISTS (SELECT 1 FROM services WHERE name = ?1) OR (SELECT count(*) FROM services) < {MaxNames}
            ON CONFLICT DO UPDATE SET last_seen = excluded.last_seen
            """);
        foreach (var name in _new)
        {
            put.Bind(1, name).Bind(2, _hour).Run();
        }
    }

    /// <summary>What was written is committed.</summary>
    public void Committed() => _new.Clear();
}
