using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orion.Redaction;
using Orion.Telemetry.CanonicalLines;
using Orion.Telemetry.Logs;

namespace Orion.Telemetry.Tests;

public sealed class LogTests
{
    private static readonly Sanitizer s_sanitizer = new(new SanitizeOptions(), []);

    [Fact]
    public async Task A_record_of_a_request_is_joined_to_its_trace_and_correlation()
    {
        await using var app =
            await TestApp.StartAsync(a => a.MapGet("/logs", (ILogger<LogTests> logger) => logger.LogInformation("{Count} rows", 3)));

        await app.Client.GetAsync("/logs");

        var line = (await app.TraceAsync("/logs")).Line;
        var log = Assert.Single(app.Logs, l => l.Category == typeof(LogTests).FullName);
        Assert.Equal(("3 rows", "{Count} rows", line.TraceId, line.SpanId, line.CorrelationId),
            (log.Message, log.Template, log.TraceId, log.SpanId, log.CorrelationId));
        Assert.Equal(new KeyValuePair<string, object?>("Count", 3L), Assert.Single(log.Attributes));
    }

    [Fact]
    public async Task A_record_of_an_untraced_request_names_no_trace()
    {
        await using var app = await TestApp.StartAsync(a =>
            a.MapGet("/quiet", (ILogger<LogTests> logger) => logger.LogInformation("acted")).WithMetadata(new UntracedAttribute()));

        await app.Client.GetAsync("/quiet");

        var log = Assert.Single(app.Logs, l => l.Category == typeof(LogTests).FullName);
        Assert.Equal((default, default), (log.TraceId, log.SpanId));
    }

    [Fact]
    public async Task Every_provider_sees_the_flow_in_its_scope()
    {
        var seen = new CapturingProvider();
        await using var app = await TestApp.StartAsync(
            a => a.MapGet("/scoped", (ILogger<LogTests> logger) => logger.LogInformation("here")), b => b.Logging.AddProvider(seen));

        await app.Client.GetAsync("/scoped");

        var line = (await app.TraceAsync("/scoped")).Line;
        Assert.Contains(seen.Scopes, s => s.Contains($"CorrelationId={line.CorrelationId}", StringComparison.Ordinal)
            && s.Contains($"TraceId={line.TraceId}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_ring_keeps_the_latest_and_tells_its_watchers()
    {
        await using var app = await TestApp.StartAsync(settings: ("Orion:Logs:RingSize", "10"));
        var logger = app.Services.GetRequiredService<ILogger<LogTests>>();
        var ring = app.Services.GetRequiredService<LogRing>();
        var told = 0;
        using (ring.Watch(() => Interlocked.Increment(ref told)))
        using (ring.Watch(() => throw new InvalidOperationException("a bad watcher")))
        {
            for (var i = 0; i < 25; i++)
            {
                logger.LogInformation("record {Number}", i);
            }
        }

        logger.LogInformation("unwatched");
        Assert.Equal(25, told);
        Assert.Equal(10, ring.Recent().Count);
        Assert.Equal(["unwatched", "record 24", "record 23"], ring.Recent(3).Select(r => r.Message));
    }

    [Fact]
    public async Task Records_below_the_least_level_are_not_taken()
    {
        await using var app = await TestApp.StartAsync(
            configure: b => b.Logging.SetMinimumLevel(LogLevel.Trace), settings: ("Orion:Logs:MinLevel", "Warning"));

        app.Services.GetRequiredService<ILogger<LogTests>>().LogInformation("quiet");
        app.Services.GetRequiredService<ILogger<LogTests>>().LogWarning("loud");

        Assert.Equal("loud", Assert.Single(app.Logs, l => l.Category == typeof(LogTests).FullName).Message);
    }

    [Fact]
    public void A_sensitive_argument_is_taken_out_of_the_message_as_well()
    {
        KeyValuePair<string, object?>[] state =
            [new("Password", "x"), new("Count", 2), new("{OriginalFormat}", "{{{Password,10}}} tried {Count:d} x")];

        Assert.Equal("{[REDACTED]} tried 2 x", LogText.Render(state, null, (_, _) => "{x} tried 2 x", s_sanitizer, out _));
    }

    private sealed class CapturingProvider : ILoggerProvider, ISupportExternalScope, ILogger
    {
        private IExternalScopeProvider? _provider;

        public System.Collections.Concurrent.ConcurrentQueue<string> Scopes { get; } = new();

        public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _provider = scopeProvider;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) =>
            _provider!.ForEachScope(
                (scope, all) => all.Enqueue(scope is IEnumerable<KeyValuePair<string, object?>> pairs
                    ? string.Join(';', pairs.Select(p => $"{p.Key}={p.Value}"))
                    : ""),
                Scopes);

        public void Dispose()
        {
        }
    }
}
