namespace Orion.Sink.Audit;

/// <summary>An audit entry that the log can never take, such as one without an action.</summary>
internal sealed class AuditEntryException(Exception cause) : Exception(cause.Message, cause);
