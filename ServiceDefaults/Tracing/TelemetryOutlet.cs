using OrionPlatform.Sink;

namespace OrionPlatform.ServiceDefaults;

/// <summary>Where rows go: the sink, which passes them through the gate, or, in a service without one, through the gate alone.</summary>
internal sealed class TelemetryOutlet(Gate gate, TelemetrySink? sink)
{
    public TelemetrySink? Sink => sink;

    public void Record(SpanRow span)
    {
        if (sink is not null)
        {
            sink.Record(span);
        }
        else
        {
            gate.Pass(span);
        }
    }

    public void Record(CanonicalLine line)
    {
        if (sink is not null)
        {
            sink.Record(line);
        }
        else
        {
            gate.Pass(line);
        }
    }

    public void Record(LogRow log)
    {
        if (sink is not null)
        {
            sink.Record(log);
        }
        else
        {
            gate.Pass(log);
        }
    }
}
