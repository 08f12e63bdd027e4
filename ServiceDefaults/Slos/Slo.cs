namespace OrionPlatform.ServiceDefaults;

/// <summary>A service level objective on latency: the share of calls named by the percentile is faster than the limit.</summary>
/// <param name="Name">Stable name, the same in the load gate, on the panel and in alerts.</param>
/// <param name="Surface">The face of the platform it is about (<c>CanonicalLine.Surface</c>).</param>
/// <param name="Percentile">0 to 100, exclusive.</param>
/// <param name="Limit">The latency that the percentile must stay below.</param>
public sealed record Slo(string Name, string Surface, double Percentile, TimeSpan Limit);

/// <summary>The platform's SLOs. <c>load-tests/Slos.cs</c> gates the same figures; a test holds the two together.</summary>
public static class Slos
{
    /// <summary>Public API: p95 below 300 ms.</summary>
    public static readonly Slo PublicApiP95 = new("public_api_p95_300ms", "public", 95, TimeSpan.FromMilliseconds(300));

    /// <summary>Public API: p99 below 1 s.</summary>
    public static readonly Slo PublicApiP99 = new("public_api_p99_1s", "public", 99, TimeSpan.FromSeconds(1));
}
