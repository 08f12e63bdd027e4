using Microsoft.Extensions.Options;
using Orion.Alerts;
using Orion.Alerts.Rules;
using Orion.Sink.Reading;

namespace OrionPlatform.Worker;

/// <summary>Too many of the public API's requests fail (5xx, exceptions, timeouts), over the window.</summary>
public sealed class ApiErrorRule(IOptions<AlertOptions> options) : AlertRule
{
    /// <inheritdoc/>
    public override string Name => "api_errors";

    /// <inheritdoc/>
    public override string Severity => "critical";

    /// <inheritdoc/>
    public override string Runbook => "docs/runbooks/api-errors.md";

    /// <inheritdoc/>
    public override TimeSpan For => TimeSpan.FromSeconds(15);

    /// <inheritdoc/>
    public override async Task<IReadOnlyList<Finding>> LookAsync(TelemetryReader reader, CancellationToken cancellationToken)
    {
        var api = (await reader.OverviewAsync(options.Value.Window, cancellationToken)).PublicApi;
        var rate = api.Count == 0 ? 0 : (double)api.Errors / api.Count;
        return api.Count >= options.Value.MinRequests && rate >= options.Value.ErrorRate
            ? [new Finding(
                "public",
                $"{rate:P1} of the public API's {api.Count} requests failed over {options.Value.Window.TotalMinutes:0.#} min; "
                + $"the limit is {options.Value.ErrorRate:P1}.")]
            : [];
    }
}
