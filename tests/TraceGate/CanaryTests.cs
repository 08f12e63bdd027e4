using System.Text;
using Orion.Telemetry.Identity;
using Orion.Telemetry.Waterfalls;

namespace OrionPlatform.TraceGate.Tests;

/// <summary>Secrets went in at every door of the running platform. Not one of them may have stayed.</summary>
[Collection(PlatformGroup.Name)]
public sealed class CanaryTests(ExercisedPlatform platform)
{
    private static readonly string[] s_controls =
        [OtlpCanaries.ControlOf(OtlpCanaries.Json), OtlpCanaries.ControlOf(OtlpCanaries.Protobuf)];

    [Fact]
    public void No_byte_of_the_telemetry_folder_holds_a_secret()
    {
        Dictionary<string, byte[]> files = Directory.EnumerateFiles(platform.TelemetryFolder, "*", SearchOption.AllDirectories)
            .ToDictionary(f => Path.GetRelativePath(platform.TelemetryFolder, f), File.ReadAllBytes);

        AssertClean(files);
        foreach (var control in s_controls)
        {
            Assert.All(["-span", "-line", "-body", "-attribute", "-metric"], what =>
                Assert.Contains(files.Values, bytes => Holds(bytes, control + what)));
        }
    }

    [Fact]
    public void The_console_holds_no_secret()
    {
        AssertClean(new Dictionary<string, byte[]> { ["console"] = Encoding.UTF8.GetBytes(platform.Console) });
        Assert.Contains("Now listening on: ", platform.Console, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_exported_by_OTLP_holds_no_secret()
    {
        AssertClean(new Dictionary<string, byte[]> { ["export"] = platform.Exported });

        // The gate's own correlation ids are no secrets, and went the same way.
        Assert.All(platform.Evidence.Sent, sent => Assert.True(Holds(platform.Exported, sent.CorrelationId)));
    }

    [Fact]
    public void Neither_the_panels_pages_nor_its_live_stream_hold_a_secret()
    {
        AssertClean(platform.Panel.ToDictionary(p => p.Key, p => Encoding.UTF8.GetBytes(p.Value)));

        Assert.Contains(s_controls[^1], platform.Panel["logs/live"], StringComparison.Ordinal);
        Assert.Contains(platform.Panel, p => p.Key.StartsWith("traces/", StringComparison.Ordinal)
            && p.Key.EndsWith("/live", StringComparison.Ordinal) && p.Value.Contains("Waterfall", StringComparison.Ordinal));
        Assert.Contains(s_controls[^1], platform.Panel["logs?service=canary-service"], StringComparison.Ordinal);
    }

    private void AssertClean(IReadOnlyDictionary<string, byte[]> places)
    {
        var leaks = places
            .SelectMany(place => platform.Secrets
                .Where(s => Holds(place.Value, s.Needle))
                .Select(s => $"{s} is readable in {place.Key}"))
            .ToList();

        Assert.True(leaks.Count == 0, $"{leaks.Count} leaks:\n{string.Join('\n', leaks.Take(100))}");
    }

    private static bool Holds(byte[] bytes, string text) => bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0;
}
