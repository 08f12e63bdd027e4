using Microsoft.Extensions.Options;
using OrionPlatform.ServiceDefaults;
using OrionPlatform.Sink;

namespace OrionPlatform.Watch;

/// <summary>The public API is slower than its SLOs allow, over the window.</summary>
public sealed class ApiLatencyRule(IOptions<WatchOptions> options) : AlertRule
{
    /// <inheritdoc/>
    public override string Name => "api_latency";

    /// <inheritdoc/>
    public override string Severity => "critical";

    /// <inheritdoc/>
    public override string Runbook => "docs/runbooks/api-latency.md";

    /// <inheritdoc/>
    public override TimeSpan For => TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public override async Task<IReadOnlyList<Finding>> LookAsync(TelemetryReader reader, CancellationToken cancellationToken)
    {
        var api = (await reader.OverviewAsync(options.Value.Window, cancellationToken)).PublicApi;
        if (api.Count < options.Value.MinRequests)
        {
            return [];
        }

        return [.. Judge(Slos.PublicApiP95, api.P95Ms, api.Count), .. Judge(Slos.PublicApiP99, api.P99Ms, api.Count)];
    }

    private IEnumerable<Finding> Judge(Slo slo, double measuredMs, long count)
    {
        if (measuredMs >= slo.Limit.TotalMilliseconds)
        {
            yield return new Finding(
                slo.Name,
                $"The public API's p{slo.Percentile:0} is {measuredMs:0} ms over {options.Value.Window.TotalMinutes:0.#} min ({count} requests); its limit is {slo.Limit.TotalMilliseconds:0} ms.");
        }
    }
}
