namespace Orion.Store.Audit;

/// <summary>An audit entry that the audit log does not take; it is kept in the store.</summary>
/// <param name="Position">Its place in the order of commits.</param>
/// <param name="Entry">The entry, a JSON object, as it was committed.</param>
/// <param name="Reason">Why the log does not take it.</param>
/// <param name="SetAsideAt">When it was put out of the way.</param>
public sealed record AuditSetAside(long Position, string Entry, string Reason, DateTimeOffset SetAsideAt);

/// <summary>How many audit entries are set aside, and which came last.</summary>
/// <param name="Count">All of them.</param>
/// <param name="Newest">The newest, that of the highest position first.</param>
public sealed record AuditSetAsides(long Count, IReadOnlyList<AuditSetAside> Newest);
