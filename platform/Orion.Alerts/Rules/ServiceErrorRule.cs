using Microsoft.Extensions.Options;
using Orion.Sink.Reading;

namespace Orion.Alerts.Rules;

/// <summary>
/// Too many of a service's requests and jobs fail, over the window: of the platform's own services and of any that sends its telemetry in.
/// </summary>
public sealed class ServiceErrorRule(IOptions<AlertOptions> options) : AlertRule
{
    /// <inheritdoc/>
    public override string Name => "service_errors";

    /// <inheritdoc/>
    public override string Severity => "warning";

    /// <inheritdoc/>
    public override string Runbook => "docs/runbooks/service-errors.md";

    /// <inheritdoc/>
    public override TimeSpan For => TimeSpan.FromSeconds(15);

    /// <inheritdoc/>
    public override async Task<IReadOnlyList<Finding>> LookAsync(TelemetryReader reader, CancellationToken cancellationToken)
    {
        var settings = options.Value;
        var services = (await reader.OverviewAsync(settings.Window, cancellationToken)).Services;
        return
        [
            .. services.Where(s => s.Count >= settings.MinRequests && (double)s.Errors / s.Count >= settings.ErrorRate)
                .Select(s => new Finding(
                    s.Service,
                    $"{(double)s.Errors / s.Count:P1} of {s.Service}'s {s.Count} requests and jobs failed "
                    + $"over {settings.Window.TotalMinutes:0.#} min; the limit is {settings.ErrorRate:P1}."))
        ];
    }
}
