using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NBomber.Contracts;
using NBomber.CSharp;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace OrionPlatform.LoadTests;

/// <summary>Endless gentle traffic; SIGTERM and Ctrl+C end it at once.</summary>
internal static class DemoRun
{
    private static readonly TimeSpan s_keysWithin = TimeSpan.FromMinutes(2);

    public static async Task<int> RunAsync(LoadOptions options, CancellationToken stop)
    {
        using var host = Host();
        await host.StartAsync(stop);
        var log = host.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Traffic");
        try
        {
            await RunAsync(options, log, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            log.LogInformation("Demo traffic stopped.");
        }

        return ExitCodes.Pass;
    }

    private static async Task RunAsync(LoadOptions options, ILogger log, CancellationToken stop)
    {
        var url = options.Url ?? throw new UsageException("The demo traffic needs a running platform: name its api with --url.");
        var keysFile = options.KeysFile ?? Solution.DefaultKeysFile;
        var keys = await DevKeys.ReadAsync(keysFile, s_keysWithin).WaitAsync(stop);
        using var http = Http.To(url);
        var tenants = keys
            .Select(k => new DemoTenant(
                new(http, k), new(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(keysFile))!, $"demo-traffic-{k.Tenant}.txt"))))
            .ToList();

        log.LogInformation("Demo traffic on {Url} for {Tenants}.", url, string.Join(" and ", keys.Select(k => k.Tenant)));
        var traffic = NBomberRunner.RegisterScenarios(DemoTraffic.Create(tenants, new Answers(log).See)).WithoutReports();

        // It has no end; what of it still runs when it is told to stop ends with the program.
        await Task.Factory.StartNew(traffic.Run, stop, TaskCreationOptions.LongRunning, TaskScheduler.Default).WaitAsync(stop);
    }

    /// <summary>
    /// Its calls, figures and log leave by OTLP where there is an endpoint, as those of any client of the platform would.
    /// </summary>
    private static IHost Host()
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Information).AddFilter("Microsoft", LogLevel.Warning);
        if (builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 })
        {
            builder.Services.AddOpenTelemetry()
                .WithTracing(t => t.AddHttpClientInstrumentation())
                .WithMetrics(m => m.AddHttpClientInstrumentation().AddRuntimeInstrumentation())
                .WithLogging()
                .UseOtlpExporter();
        }

        return builder.Build();
    }

    /// <summary>Says when the api goes away and when it is back, instead of every failed call.</summary>
    private sealed class Answers(ILogger log)
    {
        private int _away;

        public void See(IResponse response)
        {
            var away = response.IsError && !char.IsAsciiDigit(response.StatusCode.FirstOrDefault()) ? 1 : 0;
            if (Interlocked.Exchange(ref _away, away) != away)
            {
                log.LogWarning("{Sentence}", away == 1 ? "The api does not answer; trying on." : "The api answers again.");
            }
        }
    }
}
