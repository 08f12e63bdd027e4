namespace Orion.Store.Audit;

/// <summary>An audit entry that is committed and not in the audit log yet.</summary>
/// <param name="Position">Its place in the order of commits.</param>
/// <param name="Entry">The entry, a JSON object; what it says is its writer's and its reader's business.</param>
public sealed record AuditOutboxEntry(long Position, string Entry);
