using System.Diagnostics;
using Orion.Sink.Rows;
using Orion.Telemetry.CanonicalLines;
using Orion.Telemetry.Propagation;

namespace Orion.Telemetry.Tracing;

/// <summary>What a consumer is about to process: one job, message or node task.</summary>
public sealed record ProcessingInfo
{
    /// <summary>Span name: <c>worker.order.ship</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Kind of message or job: <c>order.ship</c> (<c>event.type</c>; also the line's route).</summary>
    public required string EventType { get; init; }

    /// <summary>Id of the message or job (<c>event.id</c>).</summary>
    public required string EventId { get; init; }

    /// <summary>The entity it is about (<c>subject</c>).</summary>
    public required string Subject { get; init; }

    /// <summary>The cause's W3C traceparent; the processing span starts its own trace and links to it.</summary>
    public string? TraceParent { get; init; }

    /// <summary>The cause's correlation id; it becomes the current one.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>Short name of the tenant it is done for.</summary>
    public string? Tenant { get; init; }

    /// <summary>That tenant's id, for what is written meanwhile.</summary>
    public string? TenantId { get; init; }

    /// <summary>Which attempt this is, from 1.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>
    /// Who of several that each get every message this is done for: one viewer of a live page. Null where there is one consumer.
    /// </summary>
    public string? Subscription { get; init; }

    /// <summary>The line's surface: <c>job</c>, or <see cref="CanonicalLine.Live"/> for a repaint, which is nobody's job.</summary>
    public string Surface { get; init; } = CanonicalLine.Job;
}

/// <summary>The one processing span a message gets, with its canonical line (kind job), from start to dispose.</summary>
public sealed class Processing : IDisposable
{
    private readonly Activity? _outer;
    private readonly CanonicalLineContext? _outerScope;
    private readonly Activity? _span;
    private readonly CanonicalLineContext? _scope;
    private int _disposed;

    private Processing(ProcessingInfo info)
    {
        _outer = Activity.Current;
        _outerScope = CanonicalLineContext.Current;
        CanonicalLineContext.Current = null;
        Activity.Current = null;
        ActivityLink[]? links = ActivityContext.TryParse(info.TraceParent, null, isRemote: true, out var cause) ? [new(cause)] : null;
        _span = Spans.Source.StartActivity(info.Name, ActivityKind.Consumer, default(ActivityContext), tags: null, links);
        if (_span is null)
        {
            return;
        }

        _scope = new CanonicalLineContext(_span, CanonicalLine.Job)
        {
            Pipeline = _outerScope?.Pipeline ?? TelemetryPipeline.Default,
            Surface = info.Surface,
            Route = info.EventType,
            Tenant = info.Tenant,
            TenantId = info.TenantId,
            CorrelationId = info.CorrelationId ?? _span.TraceId.ToHexString(),
        };
        CanonicalLineContext.Current = _scope;
        _span.SetTag("correlation_id", _scope.CorrelationId);
        _span.SetTag("event.type", info.EventType);
        _span.SetTag("event.id", info.EventId);
        _span.SetTag("subject", info.Subject);
        _span.SetTag("messaging.system", "orion");
        _span.SetTag("messaging.operation.name", "process");
        _span.SetTag("messaging.operation.type", "process");
        _span.SetTag("messaging.destination.name", info.EventType);
        _span.SetTag("messaging.message.id", info.EventId);
        _span.SetTag("messaging.destination.subscription.name", info.Subscription);
        _span.SetTag("attempt", (long)info.Attempt);
    }

    /// <summary>Starts processing: a new root span that links to the cause, the correlation id, and an empty canonical line.</summary>
    public static Processing Start(ProcessingInfo info) => new(info);

    /// <summary>W3C traceparent of this processing span, to be stored with what it causes in turn.</summary>
    public string? TraceParent => _span?.Id;

    /// <summary>Marks it failed.</summary>
    public void Fail(string errorCode, Exception? exception = null)
    {
        if (_scope is not null)
        {
            _scope.Fail(errorCode, exception);
            _scope.Outcome = exception is TimeoutException ? "timeout" : "error";
        }

        if (_span is not null)
        {
            _span.SetStatus(ActivityStatusCode.Error);
            _span.SetTag("error_code", errorCode);
            if (exception is not null)
            {
                _span.SetTag("error.type", exception.GetType().FullName);
                _span.AddEvent(ExceptionEvent.Of(exception));
            }
        }
    }

    /// <summary>Ends the span and emits the canonical line, exactly once.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        if (_span is not null && _scope is not null)
        {
            if (_scope.Failed && _scope.Outcome == "ok")
            {
                _scope.Outcome = "error";
                _span.SetStatus(ActivityStatusCode.Error);
            }

            _scope.Pipeline?.Enrichers.Run(_scope, null);

            // The pipeline finds the scope by the current flow, which a caller may have changed in between.
            CanonicalLineContext.Current = _scope;
            _span.Stop();
        }

        CanonicalLineContext.Current = _outerScope;
        Activity.Current = _outer is { IsStopped: false } ? _outer : null;
    }
}
