using System.Text.RegularExpressions;

namespace OrionPlatform.Architecture.Tests;

/// <summary>The load gate may not reference ServiceDefaults, yet both must mean the same SLOs.</summary>
public sealed partial class SloTests
{
    [Fact]
    public void The_load_gate_the_panel_and_the_alerts_hold_the_platform_to_the_same_latencies()
    {
        var defined = Latencies("ServiceDefaults/Slos/Slo.cs");
        var gated = Latencies("load-tests/Slos.cs");

        Assert.Equal(2, defined.Count);
        Assert.Equal(defined, gated);
    }

    private static List<string> Latencies(string file) =>
        [.. Definition().Matches(File.ReadAllText(Path.Combine(Repository.Root, file)))
            .Select(m => $"{m.Groups["name"].Value} p{m.Groups["percentile"].Value} < {m.Groups["limit"].Value}")
            .Order(StringComparer.Ordinal)];

    [GeneratedRegex("""new\("(?<name>\w+)",\s*("\w+",\s*)?(?<percentile>\d+),\s*TimeSpan\.(?<limit>From\w+\(\d+\))\)""", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Definition();
}
