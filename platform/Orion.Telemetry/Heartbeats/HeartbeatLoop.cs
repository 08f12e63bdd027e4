using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orion.Telemetry.Otlp;
using Orion.Telemetry.Tracing;

namespace Orion.Telemetry.Heartbeats;

/// <summary>
/// Writes a heartbeat, and the accounts of what is exported, at once and then at every interval, as long as the process has a sink.
/// </summary>
internal sealed class HeartbeatLoop(
    HeartbeatSource source, ExportAccounts exports, TelemetryWriter telemetry, TimeProvider time, IOptions<HeartbeatOptions> options)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (telemetry.Sink is not { } sink)
        {
            return;
        }

        using var tick = new PeriodicTimer(options.Value.Interval, time);
        do
        {
            telemetry.Record(source.Make());
            sink.Record(exports.Read());
        }
        while (await tick.WaitForNextTickAsync(stoppingToken));
    }
}
