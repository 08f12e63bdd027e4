using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using OrionPlatform.Services.Tests;

[assembly: HostingStartup(typeof(PlainLibrary))]

namespace OrionPlatform.Services.Tests;

/// <summary>
/// A library that knows nothing of the platform: it comes into a service by its configuration (<c>hostingStartupAssemblies</c>), has a
/// source and a meter, and adds them in the way that OpenTelemetry has for libraries.
/// </summary>
public sealed class PlainLibrary : IHostingStartup
{
    public const string Argument = "--hostingStartupAssemblies=OrionPlatform.Services.Tests";

    private static readonly ActivitySource s_source = new("Acme.Library");
    private static readonly Meter s_meter = new("Acme.Library");
    private static readonly Counter<long> s_calls = s_meter.CreateCounter<long>("acme.library.calls", "{call}");

    public void Configure(IWebHostBuilder builder) => builder.ConfigureServices(services => services
        .ConfigureOpenTelemetryTracerProvider(t => t.AddSource(s_source.Name))
        .ConfigureOpenTelemetryMeterProvider(m => m.AddMeter(s_meter.Name))
        .AddTransient<IStartupFilter, Middleware>()
        .AddHostedService<Background>());

    private static void Call(string name)
    {
        using (s_source.StartActivity(name))
        {
            s_source.StartActivity(name + ".part", ActivityKind.Client)?.Dispose();
        }

        s_calls.Add(1);
    }

    private sealed class Middleware : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use(pipeline => http =>
            {
                if (http.Request.Headers.ContainsKey("x-acme"))
                {
                    Call("acme.request");
                }

                return pipeline(http);
            });
            next(app);
        };
    }

    private sealed class Background : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken)
        {
            Call("acme.background");
            return Task.CompletedTask;
        }
    }
}
