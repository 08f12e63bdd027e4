namespace OrionPlatform.Sink;

/// <summary>
/// The platform's telemetry store, as one process writes it. Every call returns at once: rows go through a bounded buffer to one
/// writer thread; what does not fit is dropped and counted. Nothing here throws because telemetry failed.
/// </summary>
public sealed class TelemetrySink : IAsyncDisposable
{
    /// <summary>Opens the sink's folder and starts the writer thread.</summary>
    /// <exception cref="ArgumentException">An option is missing or out of range; the message names it.</exception>
    public TelemetrySink(TelemetrySinkOptions options, ITelemetryGate gate, TimeProvider time) => throw new NotSupportedException();

    /// <summary>Hands over an inner span.</summary>
    public void Record(SpanRow span) => throw new NotSupportedException();

    /// <summary>Hands over a canonical line (a root span).</summary>
    public void Record(CanonicalLine line) => throw new NotSupportedException();

    /// <summary>Hands over a log record.</summary>
    public void Record(LogRow log) => throw new NotSupportedException();

    /// <summary>Hands over a heartbeat.</summary>
    public void Record(Heartbeat beat) => throw new NotSupportedException();

    /// <summary>Counts canonical lines and spans that sampling left out on purpose.</summary>
    public void CountSampledOut(int lines, int spans) => throw new NotSupportedException();

    /// <summary>Waits until everything handed over before this call is committed, or counted as dropped.</summary>
    public Task FlushAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Commits what is buffered and stops the writer.</summary>
    public ValueTask DisposeAsync() => throw new NotSupportedException();
}
