using Orion.Sink.Rows;

namespace OrionPlatform.TraceGate.Tests;

/// <summary>The gate itself: <c>dotnet test tests/TraceGate</c>.</summary>
[Collection(PlatformGroup.Name)]
public sealed class TraceGateTests(ExercisedPlatform platform)
{
    [Fact]
    public void Every_service_is_traced_correlated_and_clean()
    {
        var findings = TraceGateRules.Judge(platform.Evidence);

        Assert.True(findings.Count == 0, $"{findings.Count} findings:\n{string.Join('\n', findings.Take(50))}");
    }

    [Fact]
    public void The_run_gave_every_rule_something_to_judge()
    {
        var evidence = platform.Evidence;

        Assert.Superset(new HashSet<string> { "api", "worker", "node-agent" }, evidence.Services.ToHashSet());
        Assert.Contains(evidence.Lines, l => l is { Service: "api", Method: "POST", StatusCode: 201 });
        Assert.Contains(evidence.Lines, l => l is { Service: "node-agent", LineKind: CanonicalLine.Job, Status: SpanStatus.Error });
        Assert.Contains(evidence.Sent, s => s.Status >= 400);
        Assert.NotEmpty(evidence.Spans);
        Assert.NotEmpty(evidence.Secrets);
    }
}
