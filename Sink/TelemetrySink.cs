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

    /// <summary>
    /// Opens the alert of that rule and subject, or updates the one that is open (which keeps its opening time, acknowledgement and
    /// silence). With <see cref="AlertState.Resolved"/> it closes the open one.
    /// </summary>
    /// <returns>Whether it is committed; false when the database cannot be written.</returns>
    public Task<bool> RaiseAlertAsync(AlertRow alert, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Closes the open alert of that rule and subject.</summary>
    /// <returns>Whether one was open and is now committed as resolved.</returns>
    public Task<bool> ResolveAlertAsync(string rule, string subject, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Notes who has seen the open alert of that rule and subject, and until when nobody is to be notified of it again.</summary>
    /// <returns>Whether one was open and the note is committed.</returns>
    public Task<bool> AcknowledgeAlertAsync(string rule, string subject, string by, DateTimeOffset? silenceUntil = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Counts canonical lines and spans that sampling left out on purpose.</summary>
    public void CountSampledOut(int lines, int spans) => throw new NotSupportedException();

    /// <summary>Waits until everything handed over before this call is committed, or counted as dropped.</summary>
    public Task FlushAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Commits what is buffered and stops the writer.</summary>
    public ValueTask DisposeAsync() => throw new NotSupportedException();
}
