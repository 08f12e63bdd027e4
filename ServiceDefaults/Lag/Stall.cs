namespace OrionPlatform.ServiceDefaults;

/// <summary>What a stall is due to.</summary>
internal enum StallCause
{
    /// <summary>The pool's threads were taken: somebody's code.</summary>
    Pool,

    /// <summary>The garbage collector had stopped all threads.</summary>
    Gc,

    /// <summary>The machine did not give the process time: the control thread, which needs no pool, was late as well.</summary>
    Host,
}

/// <summary>A time in which no work got a pool thread.</summary>
internal sealed record Stall(TimeSpan Length, StallCause Cause)
{
    /// <summary>Subtracts before it accuses: when GC or host explain half of the stall, the pool's users are not to blame.</summary>
    public static Stall Judge(TimeSpan lag, TimeSpan controlLate, TimeSpan gcPause)
    {
        var half = lag / 2;
        return new Stall(lag, gcPause >= half ? StallCause.Gc : controlLate >= half ? StallCause.Host : StallCause.Pool);
    }
}
