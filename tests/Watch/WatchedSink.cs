using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OrionPlatform.ServiceDefaults;
using OrionPlatform.Sink;
using OrionPlatform.Tests;

namespace OrionPlatform.Watch.Tests;

/// <summary>A real sink, a real reader and the watch over them, on a clock that the test moves.</summary>
internal sealed class WatchedSink : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ServiceProvider _services;

    public WatchedSink()
    {
        Sink = new TelemetrySink(new TelemetrySinkOptions { Directory = _folder.Path, Process = "test", FlushInterval = TimeSpan.FromMilliseconds(10), Slos = [.. Slos.All.Select(s => s.Rule)] }, Time);
        Reader = new TelemetryReader(_folder.Path, Time);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton<TimeProvider>(Time).AddSingleton(Sink).AddSingleton(Reader).AddLogging();
        builder.AddWatch();
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

    public async ValueTask DisposeAsync()
    {
        // The container owns neither: instances given to it are not disposed by it.
        await _services.DisposeAsync();
        await Reader.DisposeAsync();
        await Sink.DisposeAsync();
        _folder.Dispose();
    }
}
