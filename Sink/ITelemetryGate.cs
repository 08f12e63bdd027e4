namespace OrionPlatform.Sink;

/// <summary>
/// The one gate every row passes on its way in, on the caller's thread, before it is buffered: redaction happens here, and
/// whoever wants to watch clean rows (the rings) does so here. Sink knows nothing of its rules.
/// </summary>
/// <remarks>No member has a body here: a kind of row that is added passes nowhere until every gate has a rule for it. An implementation that throws costs the row its content, never the caller its request: the sink drops and counts it.</remarks>
public interface ITelemetryGate
{
    /// <summary>Cleans an inner span in place.</summary>
    void Pass(SpanRow span);

    /// <summary>Cleans a canonical line in place.</summary>
    void Pass(CanonicalLine line);

    /// <summary>Cleans a log record in place.</summary>
    void Pass(LogRow log);

    /// <summary>Cleans a metric's labels in place.</summary>
    void Pass(MetricPoint point);

    /// <summary>Cleans a business event in place.</summary>
    void Pass(BusinessEvent item);

    /// <summary>Cleans a tracked event in place.</summary>
    void Pass(TrackedEvent item);

    /// <summary>Returns the heartbeat as it may be stored: a node's names come from outside.</summary>
    Heartbeat Pass(Heartbeat beat);

    /// <summary>Returns the fact as its reporting copy may have it: the journal holds what callers sent.</summary>
    FactRow Pass(FactRow fact);

    /// <summary>Cleans an audit entry in place; may refuse it by throwing, which its caller sees.</summary>
    void Pass(AuditEntry entry);
}
