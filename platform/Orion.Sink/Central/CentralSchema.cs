using Orion.Sink.Alerts;
using Orion.Sink.Audit;
using Orion.Sink.Events;
using Orion.Sink.Facts;
using Orion.Sink.Loss;
using Orion.Sink.Metrics;
using Orion.Sink.Rollups;
using Orion.Sink.Sql;

namespace Orion.Sink.Central;

/// <summary>Tables of <c>telemetry.db</c>; docs/telemetry.md describes them for people.</summary>
internal static class CentralSchema
{
    public static readonly SchemaVersions Versions = new(First, Second, Third, Fourth, Fifth, Sixth, Seventh, Eighth, Ninth, Tenth);

    private const string First =
        HeartbeatTable.Sql + AlertTable.Sql + RollupTable.Sql + LossTable.Sql + AuditTable.Sql + EventTables.Sql + FactTable.Sql
        + MetricRollups.Sql + RollupCheck.Sql + """
        CREATE TABLE _observability_metadata (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        INSERT INTO _observability_metadata VALUES ('schema_version', '1'), ('created_at', strftime('%Y-%m-%dT%H:%M:%SZ', 'now'));
        """;

    // Checks are kept for so many days like other small rows, and found by their time.
    private const string Second = """
        CREATE INDEX rollup_checks_time ON rollup_checks (checked_at);
        UPDATE _observability_metadata SET value = '2' WHERE key = 'schema_version';
        """;

    private const string Third = HeartbeatTable.LagAndUse + """
        UPDATE _observability_metadata SET value = '3' WHERE key = 'schema_version';
        """;

    // A check may be of a whole day.
    private const string Fourth = """
        ALTER TABLE rollup_checks RENAME COLUMN minute TO start;
        ALTER TABLE rollup_checks ADD COLUMN minutes INTEGER NOT NULL DEFAULT 1;
        UPDATE _observability_metadata SET value = '4' WHERE key = 'schema_version';
        """;

    private const string Fifth = MetricRollups.Distributions + """
        UPDATE _observability_metadata SET value = '5' WHERE key = 'schema_version';
        """;

    // Histograms in it may have runs from then on, which a program of an earlier version would misread.
    private const string Sixth = SurfaceMinutes.Sql + """
        UPDATE _observability_metadata SET value = '6' WHERE key = 'schema_version';
        """;

    private static string Seventh => MetricRollups.Identity + """
        UPDATE _observability_metadata SET value = '7' WHERE key = 'schema_version';
        """;

    private const string Eighth = AuditTable.Action + """
        UPDATE _observability_metadata SET value = '8' WHERE key = 'schema_version';
        """;

    private const string Ninth = ServiceTable.Sql + """
        UPDATE _observability_metadata SET value = '9' WHERE key = 'schema_version';
        """;

    private const string Tenth = OtlpProcessTable.Sql + """
        UPDATE _observability_metadata SET value = '10' WHERE key = 'schema_version';
        """;
}
