using Orion.Store.Journal;

namespace Orion.Store;

public partial class WriteTransaction
{
    /// <summary>Appends a fact to the journal, with this write's <see cref="Cause"/>, and returns its position.</summary>
    public async Task<long> AppendFactAsync(JournalFact fact)
    {
        ArgumentNullException.ThrowIfNull(fact);
        return await QuerySingleOrDefaultAsync<long>(
            $"""
            INSERT INTO journal (position, occurred_at, type, subject, tenant_id, data, trace_id, correlation_id, trace_parent)
            VALUES ({Dialect.Position}, @now, @type, @subject, @tenant_id, @data, @trace_id, @correlation_id, @trace_parent)
            RETURNING position
            """,
            new
            {
                Position = await NextPositionAsync(),
                Now,
                fact.Type,
                fact.Subject,
                TenantId = fact.TenantId ?? Cause.TenantId,
                fact.Data,
                Cause.TraceId,
                Cause.CorrelationId,
                Cause.TraceParent,
            });
    }
}
