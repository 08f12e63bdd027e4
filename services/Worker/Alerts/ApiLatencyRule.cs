using Microsoft.Extensions.Options;
using Orion.Alerts;
using Orion.Alerts.Rules;
using Orion.Sink.Reading;
using Orion.Sink.Rollups;
using Orion.Sink.ServiceLevels;

namespace OrionPlatform.Worker;

/// <summary>The public API is slower than its SLOs allow, over the window.</summary>
public sealed class ApiLatencyRule(IOptions<AlertOptions> options, IOptions<SloOptions> slos) : AlertRule
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
        var counts = await reader.SlosAsync(options.Value.Window, cancellationToken);
        return [.. slos.Value.All.OfType<LatencySlo>().Where(s => s.Surface == "public")
            .SelectMany(slo => Judge(slo, counts.FirstOrDefault(c => c.Name == slo.Name)))];
    }

    private IEnumerable<Finding> Judge(LatencySlo slo, SloCount? count)
    {
        // More than its share took too long: the percentile is at or over the limit.
        if (count is not null && count.Total >= options.Value.MinRequests && slo.Burn(count) > 1)
        {
            yield return new Finding(
                slo.Name,
                $"{count.Bad} of the public API's {count.Total} requests over {options.Value.Window.TotalMinutes:0.#} min "
                + $"took {slo.Limit.TotalMilliseconds:0} ms or longer: {(double)count.Bad / count.Total:P1}, and {slo.Budget:P1} may.");
        }
    }
}
