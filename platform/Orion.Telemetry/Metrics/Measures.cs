using System.Diagnostics.Metrics;

namespace Orion.Telemetry.Metrics;

/// <summary>Where the platform's own instruments are made: what they measure goes to the sink and over OTLP.</summary>
public static class Measures
{
    /// <summary>The platform's meter. Name instruments <c>orion.{component}.{measurement}</c>, and give them a unit.</summary>
    public static Meter Meter { get; } = new("orion");
}
