namespace Orion.LoadTesting.Measuring;

/// <summary>How long one kind of request took until its effect. Its owner locks.</summary>
internal sealed class EffectMeasures
{
    /// <summary>Microseconds of those whose effect came.</summary>
    public Histogram Times { get; private init; } = new();

    /// <summary>How many effects did not come in time.</summary>
    public long NotInTime { get; private set; }

    public void Record(TimeSpan? took)
    {
        if (took is { } time)
        {
            Times.Record((long)time.TotalMicroseconds);
        }
        else
        {
            NotInTime++;
        }
    }

    public EffectMeasures Copy() => new() { Times = Times.Copy(), NotInTime = NotInTime };
}
