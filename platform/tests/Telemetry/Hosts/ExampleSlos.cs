using Orion.Sink.ServiceLevels;

namespace Orion.Telemetry.Tests;

/// <summary>A product's objectives, of each kind that there is.</summary>
internal static class ExampleSlos
{
    public static readonly LatencySlo PublicApiP95 = new("public_api_p95_300ms", "public", 95, TimeSpan.FromMilliseconds(300));

    public static readonly Slo PublicApiErrors = new("public_api_errors_0_1pct", "public", 99.9);

    public static readonly LatencySlo MembershipP95 =
        new("membership_p95_20ms", "", 95, TimeSpan.FromMilliseconds(20)) { Span = "api.tenants.resolve" };

    public static IReadOnlyList<Slo> All { get; } = [PublicApiP95, PublicApiErrors, MembershipP95];
}
