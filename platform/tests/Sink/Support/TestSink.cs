using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Orion.Sink.Reading;
using Orion.Sink.Rows;

namespace Orion.Sink.Tests;

/// <summary>A sink and a reader over a folder of the test's own.</summary>
internal sealed class TestSink : IAsyncDisposable
{
    /// <summary>When a test begins, unless it says otherwise: names of folders tell the day.</summary>
    public static readonly DateTimeOffset Start = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    private readonly TempFolder _folder = new();

    public TestSink(Action<TelemetrySinkOptions>? configure = null, FakeTimeProvider? time = null)
    {
        Time = time ?? new FakeTimeProvider(Start);
        Reader = new TelemetryReader(Directory, Time);
        Sink = Open("api", configure);
    }

    public FakeTimeProvider Time { get; }

    public string Directory => _folder.File("telemetry");

    public TelemetrySink Sink { get; private set; }

    public TelemetryReader Reader { get; }

    public long Now => UnixTime.Nanos(Time.GetUtcNow());

    public TelemetrySink Open(string process, Action<TelemetrySinkOptions>? configure = null)
    {
        var options = new TelemetrySinkOptions { Directory = Directory, Process = process };
        configure?.Invoke(options);
        return new TelemetrySink(options, Time);
    }

    public async Task ReopenAsync(Action<TelemetrySinkOptions>? configure = null)
    {
        await Sink.DisposeAsync();
        Sink = Open("api", configure);
    }

    /// <summary>
    /// Waits for what the keeper does, a minute of the test's clock at a time: what it cannot do, because a file is in use just then, it
    /// does a minute later.
    /// </summary>
    public Task TidiedAsync(Func<Task<bool>> condition, string what) => Eventually.TrueAsync(
        async () =>
        {
            Time.Advance(TimeSpan.FromMinutes(1));
            await Sink.FlushAsync();
            return await condition();
        },
        what);

    public Task TidiedAsync(Func<bool> condition, string what) => TidiedAsync(() => Task.FromResult(condition()), what);

    public CanonicalLine Line(string route = "/v1/things", int milliseconds = 10, string service = "api",
        ActivityTraceId? trace = null, string surface = "public") => new()
        {
            TraceId = trace ?? ActivityTraceId.CreateRandom(),
            SpanId = ActivitySpanId.CreateRandom(),
            Service = service,
            Name = $"GET {route}",
            Kind = ActivityKind.Server,
            StartUnixNanos = Now,
            DurationNanos = milliseconds * 1_000_000L,
            LineKind = CanonicalLine.Request,
            Surface = surface,
            Method = "GET",
            Route = route,
            StatusCode = 200,
            Outcome = "ok",
        };

    public SpanRow Span(ActivityTraceId trace, string name = "api.things.load", int milliseconds = 1) => new()
    {
        TraceId = trace,
        SpanId = ActivitySpanId.CreateRandom(),
        Service = "api",
        Name = name,
        StartUnixNanos = Now,
        DurationNanos = milliseconds * 1_000_000L,
    };

    public LogRow Log(string message, LogLevel level = LogLevel.Information) => new()
    {
        UnixNanos = Now,
        Level = level,
        Service = "api",
        Category = "Things",
        Message = message,
    };

    public async Task<LossRow> LossAsync(string stream) => (await Reader.LossAsync()).Single(l => l.Stream == stream);

    public async ValueTask DisposeAsync()
    {
        await Sink.DisposeAsync();
        await Reader.DisposeAsync();
        _folder.Dispose();
    }
}
