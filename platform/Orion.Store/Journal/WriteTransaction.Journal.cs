using Orion.Store.Journal;

namespace Orion.Store;

public partial class WriteTransaction
{
    private const string AppendSql = """
        INSERT INTO journal (position, occurred_at, type, subject, tenant_id, data, trace_id, correlation_id, trace_parent)
        VALUES (@position, @now, @type, @subject, @tenant_id, @data, @trace_id, @correlation_id, @trace_parent)
        RETURNING position
        """;

    /// <summary>Appends a fact to the journal, with this write's <see cref="Cause"/>, and returns its position.</summary>
    public async Task<long> AppendFactAsync(JournalFact fact)
    {
        ArgumentNullException.ThrowIfNull(fact);
        return await QuerySingleOrDefaultAsync<long>(
            AppendSql,
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
