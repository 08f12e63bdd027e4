using Orion.Sink.Central;
using Orion.Sink.Rollups;
using Orion.Sink.Rows;
using Orion.Sink.Sql;

namespace Orion.Sink.Reading;

/// <summary>Which services there are.</summary>
internal static class ServiceReads
{
    public static List<string> Names(Database database, long since)
    {
        // A file that no process of this version has opened yet.
        var seen = CentralSchema.Versions.Of(database) >= ServiceTable.Since ? "UNION SELECT name FROM services WHERE last_seen >= ?1" : "";
        using var rows = database.Prepare($"""
            SELECT s.service FROM rollup_series s WHERE s.kind = {(int)RollupKind.Service}
                AND EXISTS (SELECT 1 FROM rollups_hour r WHERE r.series = s.id AND r.start >= ?1)
            UNION SELECT service FROM worker_heartbeats WHERE time >= ?2 {seen} ORDER BY 1
            """).Bind(1, UnixTime.Floor(since, UnixTime.Hour)).Bind(2, since);
        var names = new List<string>();
        while (rows.Step())
        {
            names.Add(rows.Text(0)!);
        }

        return names;
    }
}
