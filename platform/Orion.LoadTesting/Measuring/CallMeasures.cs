namespace Orion.LoadTesting.Measuring;

/// <summary>What the calls of one kind came to, successes and failures together. Its owner locks.</summary>
internal sealed class CallMeasures
{
    private readonly long[] _limits;

    public CallMeasures(params long[] limitsMicros)
    {
        _limits = limitsMicros;
        Latency = new(limitsMicros);
        Service = new(limitsMicros);
    }

    /// <summary>Microseconds from the intended start to the end; a failure counts no less than the call timeout.</summary>
    public Histogram Latency { get; }

    /// <summary>Microseconds from the actual start to the end: what a generator that waits for the system would report.</summary>
    public Histogram Service { get; }

    public long Failed { get; private set; }

    public void Record(TimeSpan latency, TimeSpan service, bool failed, TimeSpan timeout)
    {
        Latency.Record((long)(failed && latency < timeout ? timeout : latency).TotalMicroseconds);
        Service.Record((long)service.TotalMicroseconds);
        Failed += failed ? 1 : 0;
    }

    public void Add(CallMeasures other)
    {
        Latency.Add(other.Latency);
        Service.Add(other.Service);
        Failed += other.Failed;
    }

    public CallMeasures Copy()
    {
        var copy = new CallMeasures(_limits);
        copy.Add(this);
        return copy;
    }
}
