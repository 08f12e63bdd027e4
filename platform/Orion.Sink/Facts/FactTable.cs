using Orion.Sink.Reading;
using Orion.Sink.Rows;
using Orion.Sink.Sql;

namespace Orion.Sink.Facts;

/// <summary>
/// A journal fact as the reporting copy has it: beside the telemetry, so that one query joins the two. The journal itself is the domain
/// store's.
/// </summary>
/// <param name="Position">Its place in the journal.</param>
/// <param name="Time">When it was committed.</param>
/// <param name="Type">Its type: <c>order.placed</c>.</param>
/// <param name="Subject">The entity, <c>kind/id</c>.</param>
/// <param name="TenantId">The tenant; null for the platform's own.</param>
/// <param name="Data">Details, a JSON object.</param>
/// <param name="TraceId">The trace it was done in, 32 hex digits.</param>
/// <param name="CorrelationId">The correlation id it was done under.</param>
public sealed record FactRow(long Position, DateTimeOffset Time, string Type, string Subject, string? TenantId, string Data,
    string? TraceId, string? CorrelationId);

/// <summary>The reporting copy of the journal.</summary>
internal static class FactTable
{
    public const string Sql = """
        CREATE TABLE facts (position INTEGER PRIMARY KEY, time INTEGER NOT NULL, type TEXT NOT NULL, subject TEXT NOT NULL, tenant_id TEXT,
            data TEXT NOT NULL, trace_id TEXT, correlation_id TEXT);
        CREATE INDEX facts_subject ON facts (subject);
        CREATE INDEX facts_time ON facts (time);
        CREATE INDEX facts_trace ON facts (trace_id) WHERE trace_id IS NOT NULL;
        """;

    /// <summary>Copies facts; one that is there already stays as it is, so a copy may be repeated.</summary>
    public static bool Write(Database database, IReadOnlyList<FactRow> facts)
    {
        using var insert = database.Prepare("INSERT INTO facts VALUES (?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING");
        foreach (var fact in facts)
        {
            insert.Bind(1, fact.Position).Bind(2, UnixTime.Nanos(fact.Time)).Bind(3, fact.Type).Bind(4, fact.Subject).Bind(5, fact.TenantId)
                .Bind(6, fact.Data)
                .Bind(7, fact.TraceId).Bind(8, fact.CorrelationId).Run();
        }

        return true;
    }

    public static List<FactRow> OfSubject(Database database, string subject, int limit)
    {
        Paging.Check(limit);
        using var rows = database.Prepare("SELECT * FROM facts WHERE subject = ? ORDER BY position LIMIT ?");
        rows.Bind(1, subject).Bind(2, (long)limit);
        var facts = new List<FactRow>();
        while (rows.Step())
        {
            facts.Add(new FactRow(
                rows.Long(0), UnixTime.Time(rows.Long(1)), rows.Text(2)!, rows.Text(3)!, rows.Text(4),
                rows.Text(5)!, rows.Text(6), rows.Text(7)));
        }

        return facts;
    }
}
