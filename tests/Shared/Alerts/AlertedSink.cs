using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orion.Alerts.Evaluation;
using Orion.Alerts.Rules;
using Orion.Sink;
using Orion.Sink.Alerts;
using Orion.Sink.Reading;
using Orion.Sink.Rows;
using Orion.Sink.ServiceLevels;

namespace OrionPlatform.Tests;

/// <summary>A real sink, a real reader and the alert rules over them, on a clock that the test moves.</summary>
internal sealed class AlertedSink : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ServiceProvider _services;

    /// <param name="slos">The objectives that are counted.</param>
    /// <param name="addRules">Adds further rules to the platform's.</param>
    public AlertedSink(IReadOnlyList<Slo> slos, Action<IServiceCollection>? addRules = null)
    {
        Sink = new TelemetrySink(new TelemetrySinkOptions
        {
            Directory = _folder.Path,
            Process = "test",
            FlushInterval = TimeSpan.FromMilliseconds(10),
            Slos = [.. slos.Select(s => s.Rule)],
        }, Time);
        Reader = new TelemetryReader(_folder.Path, Time);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton<TimeProvider>(Time).AddSingleton(Sink).AddSingleton(Reader).AddLogging();
        builder.AddAlerts();
        builder.Services.Configure<SloOptions>(o => o.Define(slos));
        addRules?.Invoke(builder.Services);
        _services = builder.Services.BuildServiceProvider();
    }

    public FakeTimeProvider Time { get; } = new();

    public TelemetrySink Sink { get; }

    public TelemetryReader Reader { get; }

    public IEnumerable<AlertRule> Rules => _services.GetServices<AlertRule>();

    public async Task<IReadOnlyList<AlertRow>> LookAfterAsync(TimeSpan time)
    {
        Time.Advance(time);
        await Sink.FlushAsync();
        await _services.GetServices<IHostedService>().OfType<AlertEvaluator>().Single().LookAsync(CancellationToken.None);
        return await Reader.AlertsAsync(openOnly: false);
    }

    public void Beat(string worker, string service, DateTimeOffset? startedAt = null) => Sink.Record(new Heartbeat
    {
        Worker = worker,
        Service = service,
        Host = "host",
        Pid = 1,
        Time = Time.GetUtcNow(),
        Interval = TimeSpan.FromSeconds(15),
        StartedAt = startedAt ?? Time.GetUtcNow(),
    });

    /// <summary>Requests that a service has answered.</summary>
    public void Requests(int count, TimeSpan duration, SpanStatus status, string service = "api", string surface = "public")
    {
        for (var i = 0; i < count; i++)
        {
            Sink.Record(new CanonicalLine
            {
                TraceId = ActivityTraceId.CreateRandom(),
                SpanId = ActivitySpanId.CreateRandom(),
                Service = service,
                Name = "GET /v1/things",
                Route = "/v1/things",
                LineKind = CanonicalLine.Request,
                Surface = surface,
                StartUnixNanos = Time.GetUtcNow().ToUnixTimeMilliseconds() * 1_000_000,
                DurationNanos = (long)duration.TotalNanoseconds,
                Status = status,
                Outcome = status == SpanStatus.Error ? "error" : "ok",
            });
        }
    }

    public async ValueTask DisposeAsync()
    {
        // The container owns neither: instances given to it are not disposed by it.
        await _services.DisposeAsync();
        await Reader.DisposeAsync();
        await Sink.DisposeAsync();
        _folder.Dispose();
    }
}
