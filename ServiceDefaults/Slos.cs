using Orion.Sink.ServiceLevels;

namespace OrionPlatform.ServiceDefaults;

/// <summary>
/// What this product promises; a new one is a line here. Panel, alerts, the sink's counters and the load gate take them from here.
/// </summary>
public static class Slos
{
    /// <summary>Public API: p95 below 300 ms.</summary>
    public static readonly LatencySlo PublicApiP95 = new("public_api_p95_300ms", "public", 95, TimeSpan.FromMilliseconds(300));

    /// <summary>Public API: p99 below 1 s.</summary>
    public static readonly LatencySlo PublicApiP99 = new("public_api_p99_1s", "public", 99, TimeSpan.FromSeconds(1));

    /// <summary>Public API: fewer than 1 of 1,000 requests fail.</summary>
    public static readonly Slo PublicApiErrors = new("public_api_errors_0_1pct", "public", 99.9);

    /// <summary>Who may use a project is known within 20 ms, 95 times of 100.</summary>
    public static readonly LatencySlo MembershipP95 =
        OfSpan("membership_p95_20ms", "api.tenants.resolve", 95, TimeSpan.FromMilliseconds(20));

    /// <summary>And within 50 ms, 99 times.</summary>
    public static readonly LatencySlo MembershipP99 =
        OfSpan("membership_p99_50ms", "api.tenants.resolve", 99, TimeSpan.FromMilliseconds(50));

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Slo> All { get; } = [PublicApiP95, PublicApiP99, PublicApiErrors, MembershipP95, MembershipP99];

    private static LatencySlo OfSpan(string name, string span, double objective, TimeSpan limit) =>
        new(name, "", objective, limit) { Span = span };
}
