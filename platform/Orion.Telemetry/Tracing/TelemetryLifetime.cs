using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Orion.Sink;
using Orion.Telemetry.Lag;
using Orion.Telemetry.Otlp;

namespace Orion.Telemetry.Tracing;

/// <summary>
/// Starts telemetry before anything else of the host and flushes it after everything else has stopped: it is the first hosted service, and
/// the flush comes with <see cref="StoppedAsync"/>, when the server has let its last request go.
/// </summary>
internal sealed class TelemetryLifetime(
    TelemetryPipeline pipeline, LagMonitor lag, ExportAccounts exports, IServiceProvider services, IOptions<HostOptions> host,
    ILogger<TelemetryLifetime> logger) : IHostedLifecycleService
{
    private const int FlushMilliseconds = 5_000;

    private int _started;

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        Interlocked.Exchange(ref _started, 1);
        TraceIds.Install();
        pipeline.Start();
        lag.Start();

        // OpenTelemetry's providers begin to listen when they are first resolved; its own hosted service does so only after others have
        // begun to start.
        _ = services.GetService<TracerProvider>();
        _ = services.GetService<MeterProvider>();
        _ = services.GetService<LoggerProvider>();
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _started, 0) == 0)
        {
            return;
        }

        pipeline.Stop();
        lag.Dispose();

        // Beside each other, and shut down rather than flushed: a collector that does not answer costs this patience once, not once a
        // signal and again when the providers are disposed of. One that is not there costs nothing.
        exports.Close();
        await Task.WhenAll(
            Task.Run(() => services.GetService<TracerProvider>()?.Shutdown(FlushMilliseconds), CancellationToken.None),
            Task.Run(() => services.GetService<LoggerProvider>()?.Shutdown(FlushMilliseconds), CancellationToken.None),
            Task.Run(() => services.GetService<MeterProvider>()?.Shutdown(FlushMilliseconds), CancellationToken.None));
        if (services.GetService<TelemetrySink>() is { } sink)
        {
            sink.Record(exports.Read());
            try
            {
                await sink.FlushAsync(cancellationToken).WaitAsync(host.Value.ShutdownTimeout, cancellationToken);
            }
            catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
            {
                logger.LogWarning("The telemetry sink did not flush in time; what it still held is counted as lost at the next start");
            }
        }
    }
}
