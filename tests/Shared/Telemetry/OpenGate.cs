using OrionPlatform.Sink;

namespace OrionPlatform.Tests;

/// <summary>A gate that changes nothing, for tests that are not about redaction.</summary>
internal sealed class OpenGate : ITelemetryGate
{
    public void Pass(SpanRow span)
    {
    }

    public void Pass(CanonicalLine line)
    {
    }

    public void Pass(LogRow log)
    {
    }

    public void Pass(MetricPoint point)
    {
    }

    public void Pass(BusinessEvent item)
    {
    }

    public void Pass(TrackedEvent item)
    {
    }

    public Heartbeat Pass(Heartbeat beat) => beat;

    public FactRow Pass(FactRow fact) => fact;

    public void Pass(AuditEntry entry)
    {
    }
}
