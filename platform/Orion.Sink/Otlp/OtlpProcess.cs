namespace Orion.Sink.Otlp;

/// <summary>A process that is known by the OTLP it sends.</summary>
public sealed record OtlpProcess
{
    /// <summary>The least time after which a process counts as silent.</summary>
    public static readonly TimeSpan LeastSilence = TimeSpan.FromMinutes(3);

    /// <summary>Its number in the table, which stays the same while it is listed.</summary>
    public required long Id { get; init; }

    /// <summary>The name of the key it sends with.</summary>
    public required string Sender { get; init; }

    /// <summary>The service its rows are stored as, which its key allows: <c>worker</c>, or <c>KEY/worker</c>.</summary>
    public required string Service { get; init; }

    /// <summary><c>service.instance.id</c>, else <c>host.name:process.pid</c>, else <c>-</c>.</summary>
    public required string Instance { get; init; }

    /// <summary><c>host.name</c>; empty when it says none.</summary>
    public required string Host { get; init; }

    /// <summary>Since when it is listed.</summary>
    public required DateTimeOffset FirstHeard { get; init; }

    /// <summary>When something of it was taken last.</summary>
    public required DateTimeOffset LastHeard { get; init; }

    /// <summary>
    /// The longest it was not heard for of late: a longer gap takes the place of what was usual; each other minute in which it is heard
    /// makes that an eighth less, so what happened once is forgotten.
    /// </summary>
    public required TimeSpan UsualGap { get; init; }

    /// <summary>Spans taken since <see cref="FirstHeard"/>.</summary>
    public required long Spans { get; init; }

    /// <summary>Metric points taken since <see cref="FirstHeard"/>.</summary>
    public required long MetricPoints { get; init; }

    /// <summary>Log records taken since <see cref="FirstHeard"/>.</summary>
    public required long LogRecords { get; init; }

    /// <summary>How long it may be unheard: three times what is usual for it, and <see cref="LeastSilence"/> at least.</summary>
    public TimeSpan SilentAfter => 3 * UsualGap > LeastSilence ? 3 * UsualGap : LeastSilence;

    /// <summary>Whether it has not been heard for longer than <see cref="SilentAfter"/>.</summary>
    /// <param name="now">The time.</param>
    public bool IsSilent(DateTimeOffset now) => now - LastHeard > SilentAfter;
}
