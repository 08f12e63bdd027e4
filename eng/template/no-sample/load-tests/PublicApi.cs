using Orion.LoadTesting;
using Orion.Sink.ServiceLevels;
using OrionPlatform.ServiceDefaults;

namespace OrionPlatform.LoadTests;

/// <summary>What is loaded, and what it is held to.</summary>
internal static class PublicApi
{
    // Given to a platform that a run starts, so that the run writes nothing to anybody's user secrets.
    private static readonly string[] s_secrets = ["otlp-api-key", "ops-login-token"];

    /// <summary>The api; one that a run starts has a free port and no other traffic.</summary>
    public static LoadTarget Target { get; } = new("api")
    {
        AppHostArguments = dataFolder =>
        [
            "--Ports:Api=0", $"--Data:Directory={dataFolder}", "--Traffic:Enabled=false",
            .. s_secrets.Select(name => $"--Parameters:{name}={Guid.NewGuid():N}"),
        ],
    };

    /// <summary>The SLOs of the public API, as ServiceDefaults defines them for panel and alerts too.</summary>
    public static IReadOnlyList<Objective> Objectives { get; } = [.. Slos.All.Where(slo => slo.Surface == "public").Select(Of)];

    private static Objective Of(Slo slo) => slo is LatencySlo latency
        ? new LatencyObjective(slo.Name, slo.Objective, latency.Limit)
        : new ErrorBudget(slo.Name, slo.Budget);
}
