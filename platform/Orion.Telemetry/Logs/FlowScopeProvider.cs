using Microsoft.Extensions.Logging;
using Orion.Telemetry.Correlation;

namespace Orion.Telemetry.Logs;

/// <summary>
/// Puts trace id, span id and correlation id of the current flow into the scope of every record, for every logger provider. They are read
/// when a record is written, so a request that logs nothing pays nothing for its scope.
/// </summary>
internal sealed class FlowScopeProvider : IExternalScopeProvider
{
    private readonly LoggerExternalScopeProvider _inner = new();

    /// <summary>The scopes that code has begun.</summary>
    public IExternalScopeProvider Pushed => _inner;

    public void ForEachScope<TState>(Action<object?, TState> callback, TState state)
    {
        if (LogFlow.Span is { } span)
        {
            KeyValuePair<string, object?>[] flow =
            [
                new("TraceId", span.TraceId.ToHexString()), new("SpanId", span.SpanId.ToHexString()),
                new("CorrelationId", CorrelationId.Current),
            ];
            callback(flow, state);
        }

        _inner.ForEachScope(callback, state);
    }

    public IDisposable Push(object? state) => _inner.Push(state);
}
