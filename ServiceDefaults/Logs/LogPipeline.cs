using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrionPlatform.Sink;

namespace OrionPlatform.ServiceDefaults;

/// <summary>The logger that feeds the ring and the sink.</summary>
[ProviderAlias("Orion")]
internal sealed class RingLoggerProvider(LogPipeline pipeline) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new RingLogger(categoryName, pipeline);

    public void Dispose()
    {
        // Ring and sink belong to the container.
    }

    private sealed class RingLogger(string category, LogPipeline pipeline) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= pipeline.MinLevel && logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                pipeline.Write(category, logLevel, state, exception, formatter);
            }
        }
    }
}

/// <summary>Makes rows of log calls. A log call made while a row is written (by the sink itself) is not taken: it would feed on itself.</summary>
internal sealed class LogPipeline(Lazy<TelemetryOutlet> outlet, LogRing ring, Sanitizer sanitizer, string service, TimeProvider time, IOptions<LogOptions> options)
{
    [ThreadStatic]
    private static bool s_writing;

    private long _refused;

    public LogLevel MinLevel { get; } = options.Value.MinLevel;

    /// <summary>Records not taken because they came out of writing another.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    public void Write<TState>(string category, LogLevel level, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (s_writing)
        {
            Interlocked.Increment(ref _refused);
            return;
        }

        s_writing = true;
        try
        {
            var row = Row(category, level, state, exception, formatter);
            outlet.Value.Record(row);
            ring.Add(row);
        }
        catch (Exception)
        {
            // Logging never fails its caller; the sink counts what it could not take.
            Interlocked.Increment(ref _refused);
        }
        finally
        {
            s_writing = false;
        }
    }

    private LogRow Row<TState>(string category, LogLevel level, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var scope = LineScope.Current;
        var span = LogFlow.Span;
        var message = LogText.Render(state, exception, formatter, sanitizer, out var template);
        return new LogRow
        {
            UnixNanos = SpanRows.UnixNanos(time.GetUtcNow().UtcDateTime),
            Level = level,
            Service = service,
            Category = category,
            Message = message,
            Template = template == message ? null : template,
            Exception = exception?.ToString(),
            TraceId = span?.TraceId ?? default,
            SpanId = span?.SpanId ?? default,
            CorrelationId = scope?.CorrelationId,
            Tenant = scope?.Tenant,
            Attributes = LogText.Arguments(state),
        };
    }
}
