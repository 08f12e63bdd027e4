using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NBomber.Contracts;
using NBomber.CSharp;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Orion.LoadTesting.AppHosts;
using Orion.LoadTesting.Measuring;
using Orion.LoadTesting.Options;

namespace Orion.LoadTesting.Running;

/// <summary>Endless traffic; SIGTERM and Ctrl+C end it at once.</summary>
internal static class TrafficRun
{
    public static async Task<int> RunAsync(LoadTest test, TrafficProfile profile, LoadPlan plan, CancellationToken stop)
    {
        var url = plan.Url ?? throw new LoadTestException($"The profile {profile.Name} loads what runs already: name it with --url.");
        using var host = Host();
        await host.StartAsync(stop);
        var log = host.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Traffic");
        try
        {
            using var http = TargetClient.To(url, test.CallTimeout);
            var run = new LoadRun(plan, http, new Measurement(test.CallTimeout, []))
            {
                SolutionFolder = SolutionFolder.Root,
                Answered = new Answers(log).See,
            };
            var scenarios = await profile.Scenarios(run, stop).WaitAsync(stop);
            log.LogInformation("Traffic on {Url}.", url);
            var traffic = NBomberRunner.RegisterScenarios([.. scenarios]).WithoutReports();

            // It has no end; what of it still runs when it is told to stop ends with the program.
            await Task.Factory.StartNew(traffic.Run, stop, TaskCreationOptions.LongRunning, TaskScheduler.Default).WaitAsync(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            log.LogInformation("Traffic stopped.");
        }

        return ExitCodes.Pass;
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

    /// <summary>Says when the target goes away and when it is back, instead of every failed call.</summary>
    private sealed class Answers(ILogger log)
    {
        private int _away;

        public void See(IResponse response)
        {
            // A status of the target's own is a number; what the client says of a call without an answer is a word.
            var away = response.IsError && !char.IsAsciiDigit(response.StatusCode.FirstOrDefault()) ? 1 : 0;
            if (Interlocked.Exchange(ref _away, away) != away)
            {
                log.LogWarning("{Sentence}", away == 1 ? "The target does not answer; trying on." : "The target answers again.");
            }
        }
    }
}
