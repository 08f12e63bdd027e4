using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Orion.Sink;
using Orion.Sink.Reading;
using Orion.Telemetry.CanonicalLines;
using Orion.Telemetry.Tests;

namespace Orion.Benchmarks;

/// <summary>The endpoint under one of the four telemetries.</summary>
internal static class OverheadServer
{
    private sealed record Item(string Id, string Name, int Slots, bool Active);

    /// <param name="variant"><c>bare</c>, <c>stock</c>, <c>ours</c> or <c>sampled</c>.</param>
    /// <param name="arguments">Folder of the sink; address of the collector.</param>
    public static async Task<object> RunAsync(string variant, string[] arguments)
    {
        await using var app = Build(variant, arguments, null);
        await app.StartAsync();
        Console.WriteLine($"{ChildProcess.Ready} " + app.Urls.First());
        await Console.In.ReadToEndAsync();
        await app.StopAsync();
        return new { Stopped = DateTimeOffset.UtcNow.ToString("O", CultureInfo.InvariantCulture) };
    }

    /// <summary>The pipeline alone, without a network, on one thread: for small differences.</summary>
    public static async Task<object> PathAsync(string variant, string[] arguments)
    {
        using var server = new OverheadPath();
        await using var app = Build(variant, arguments, server);
        await app.StartAsync();
        for (var i = 0; i < 20; i++)
        {
            await server.MeasureAsync(10_000);
            await Task.Delay(50);
        }

        var (best, bytes) = (double.MaxValue, 0.0);
        for (var i = 0; i < 30; i++)
        {
            (var ns, bytes) = await server.MeasureAsync(20_000);
            best = Math.Min(best, ns);
            await Task.Delay(20);
        }

        await app.StopAsync();
        return new { Variant = variant, PathNs = Math.Round(best), PathAllocBytes = Math.Round(bytes) };
    }

    private static WebApplication Build(string variant, string[] arguments, OverheadPath? path)
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning).AddFilter("Microsoft.Hosting", LogLevel.Warning);
        switch (variant)
        {
            case "bare":
                builder.Logging.ClearProviders();
                break;
            case "stock":
                AddStock(builder, arguments[1]);
                break;
            default:
                builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
                {
                    ["ConnectionStrings:telemetry"] = $"Directory={arguments[0]}",
                    ["Orion:Tracing:KeepRate"] = variant == "sampled" ? "0.1" : "1",
                });
                builder.AddServiceDefaults();
                break;
        }

        if (path is not null)
        {
            builder.Services.AddSingleton<Microsoft.AspNetCore.Hosting.Server.IServer>(path);
        }

        var app = builder.Build();
        if (variant is "ours" or "sampled")
        {
            app.UseServiceDefaults();
        }

        app.MapGet("/v1/items/{id}", (string id) => new Item(id, "a small thing", 3, true));
        app.MapGet("/allocated", () => GC.GetTotalAllocatedBytes(precise: true)).WithMetadata(new UntracedAttribute());
        app.MapGet("/cpu", () => Environment.CpuUsage.TotalTime.TotalMicroseconds).WithMetadata(new UntracedAttribute());
        app.MapGet("/compiled", () => System.Runtime.JitInfo.GetCompilationTime().TotalSeconds).WithMetadata(new UntracedAttribute());
        app.MapGet("/dropped", async (IServiceProvider services) =>
        {
            var sink = services.GetRequiredService<TelemetrySink>();
            await sink.FlushAsync();
            return (await services.GetRequiredService<TelemetryReader>().LossAsync()).Sum(l => l.Dropped);
        }).WithMetadata(new UntracedAttribute());
        _ = app.Services.GetService<TracerProvider>();
        _ = app.Services.GetService<MeterProvider>();
        _ = app.Services.GetService<LoggerProvider>();
        return app;
    }

    /// <summary>What the ServiceDefaults of Aspire's template set up, with the packages they use.</summary>
    private static void AddStock(WebApplicationBuilder builder, string collector)
    {
        builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector;
        builder.Configuration["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
        builder.Logging.AddOpenTelemetry(o => (o.IncludeFormattedMessage, o.IncludeScopes) = (true, true));
        builder.Services.AddOpenTelemetry()
            .WithMetrics(m => m.AddAspNetCoreInstrumentation().AddHttpClientInstrumentation().AddRuntimeInstrumentation())
            .WithTracing(t => t
                .AddSource(builder.Environment.ApplicationName)
                .AddAspNetCoreInstrumentation(o => o.Filter = http =>
                    !http.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal)
                    && !http.Request.Path.StartsWithSegments("/alive", StringComparison.Ordinal))
                .AddHttpClientInstrumentation())
            .UseOtlpExporter();
    }
}
