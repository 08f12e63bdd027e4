namespace Orion.OpsPanel.Live;

/// <summary>What a tab's picture depends on.</summary>
[Flags]
internal enum Watches
{
    /// <summary>Rows committed to the sink, by any process.</summary>
    Telemetry = 1,

    /// <summary>Commits to the domain's store, by any process.</summary>
    Store = 2,

    /// <summary>The passing of time itself: without it, a platform that died completely would look healthy for ever.</summary>
    Clock = 4,
}

/// <summary>A state of everything the panel shows; two pictures of the same version are the same.</summary>
internal sealed record PanelVersion(long Telemetry, long Store, long Clock)
{
    /// <summary>How long <see cref="Clock"/> stays the same.</summary>
    public static readonly TimeSpan ClockStep = TimeSpan.FromSeconds(5);

    /// <summary>Only the parts that matter to someone who watches those.</summary>
    public PanelVersion For(Watches watches) => new(
        watches.HasFlag(Watches.Telemetry) ? Telemetry : 0,
        watches.HasFlag(Watches.Store) ? Store : 0,
        watches.HasFlag(Watches.Clock) ? Clock : 0);
}
