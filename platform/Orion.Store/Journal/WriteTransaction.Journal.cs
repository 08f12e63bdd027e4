using Orion.Store.Journal;

namespace Orion.Store;

public partial class WriteTransaction
{
    private const string AppendSql = """
        INSERT INTO journal (occurred_at, type, subject, tenant_id, data, trace_id, correlation_id, trace_parent)
        VALUES (@now, @type, @subject, @tenant_id, @data, @trace_id, @correlation_id, @trace_parent)
        RETURNING position
        """;

    /// <summary>Appends a fact to the journal and returns its position.</summary>
    /// <remarks>Its traceparent is that of the activity which was current where the write was asked for, unless the fact has one.</remarks>
    public Task<long> AppendFactAsync(JournalFact fact)
    {
        ArgumentNullException.ThrowIfNull(fact);
        var origin = new Origin(fact.TraceParent ?? _cause, fact.CorrelationId);
        return Task.FromResult(QuerySingleOrDefault<long>(
            AppendSql,
            new { Now, fact.Type, fact.Subject, fact.TenantId, fact.Data, origin.TraceId, origin.CorrelationId, origin.TraceParent }));
    }
}
