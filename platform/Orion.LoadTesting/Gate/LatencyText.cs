using System.Globalization;

namespace Orion.LoadTesting.Gate;

/// <summary>Figures as people read them.</summary>
internal static class LatencyText
{
    public static string Ms(TimeSpan time) => Number(time.TotalMilliseconds) + " ms";

    public static string Ms(long micros) => Number(micros / 1000.0) + " ms";

    private static string Number(double ms) => ms.ToString(ms >= 100 ? "0" : ms >= 10 ? "0.0" : "0.00", CultureInfo.InvariantCulture);
}
