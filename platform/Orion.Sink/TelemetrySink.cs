using System.Collections.Concurrent;
using Orion.Sink.Alerts;
using Orion.Sink.Audit;
using Orion.Sink.Events;
using Orion.Sink.Facts;
using Orion.Sink.Loss;
using Orion.Sink.Metrics;
using Orion.Sink.Otlp;
using Orion.Sink.Rollups;
using Orion.Sink.Rows;
using Orion.Sink.Segments;
using Orion.Sink.Writing;

namespace Orion.Sink;

/// <summary>
/// The platform's telemetry store, as one process writes it. Every call returns at once: rows go through a bounded buffer to one
/// writer thread; what does not fit is dropped and counted. Nothing here throws because telemetry failed. Rows are stored as they are
/// given: redaction is over by then, and is the caller's.
/// </summary>
public sealed class TelemetrySink : IAsyncDisposable
{
    private readonly TelemetrySinkOptions _options;
    private readonly TimeProvider _time;
    private readonly SinkWriter _writer;

    // One a role that the program names.
    private readonly ConcurrentDictionary<string, FileStream> _roles = new(StringComparer.Ordinal);

    /// <summary>Opens the sink's folder and starts the writer thread.</summary>
    /// <exception cref="ArgumentException">An option is missing or out of range; the message names it.</exception>
    public TelemetrySink(TelemetrySinkOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        TelemetrySinkOptions.ThrowIfInvalid(options);
        (_options, _time) = (options, time);
        var run = new WriterRun(options.Directory, options.Process);
        Audit = new AuditLogger(options, run, time);
        _writer = new SinkWriter(options, run, () => Audit.Refused, time);
        Metrics = new MetricsManager(_writer.Buffers.Metrics, time, options);
    }

    /// <summary>
    /// What this process is in OpenTelemetry's terms: the resource of all rows that name no other. To be set before the first row.
    /// </summary>
    public ResourceRow Resource
    {
        get => _options.Resource;
        set => _options.Resource = value;
    }

    /// <summary>The audit log.</summary>
    public AuditLogger Audit { get; }

    /// <summary>Metrics.</summary>
    public MetricsManager Metrics { get; }

    /// <summary>
    /// Whether this process is the one of those that share the folder that does what one of them does: looks after alerts, copies facts.
    /// Who has a role keeps it until its process ends; the others ask again.
    /// </summary>
    /// <param name="role">The role, as a file's name may be: <c>alerts</c>.</param>
    public bool TryLead(string role)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(role);
        if (_roles.ContainsKey(role))
        {
            return true;
        }

        if (FileLock.TryTake(Path.Combine(_options.Directory, role + ".leader")) is not { } held)
        {
            return false;
        }

        if (!_roles.TryAdd(role, held))
        {
            held.Dispose();
        }

        return true;
    }

    /// <summary>Hands over an inner span. One that is <see cref="SpanRow.SampledOut"/> is only counted, and stays the caller's.</summary>
    public void Record(SpanRow span)
    {
        ArgumentNullException.ThrowIfNull(span);
        if (span is CanonicalLine line)
        {
            Record(line);
            return;
        }

        Hand(span, _writer.Buffers.Spans);
    }

    /// <summary>
    /// Hands over a canonical line (a root span). One that is <see cref="SpanRow.SampledOut"/> is only counted, and stays the caller's.
    /// </summary>
    public void Record(CanonicalLine line)
    {
        ArgumentNullException.ThrowIfNull(line);
        Hand(line, _writer.Buffers.Lines);
    }

    private void Hand<T>(T row, StreamBuffer<T> buffer) where T : SpanRow
    {
        if (!row.SampledOut)
        {
            buffer.Offer(row);
        }
        else if (!_writer.Buffers.LeftOut.TryAdd(row))
        {
            buffer.CountProducedAndDropped("closed", row.Tenant);
        }
    }

    /// <summary>Hands over a log record.</summary>
    public void Record(LogRow log)
    {
        ArgumentNullException.ThrowIfNull(log);
        _writer.Buffers.Logs.Offer(log);
    }

    /// <summary>Hands over a heartbeat.</summary>
    public void Record(Heartbeat beat)
    {
        ArgumentNullException.ThrowIfNull(beat);
        _writer.Buffers.Heartbeats.Buffer.Offer(beat);
        _writer.Wake();
    }

    /// <summary>Notes that a process was heard over OTLP; its rows are handed over apart.</summary>
    public void Record(OtlpHeard heard)
    {
        ArgumentNullException.ThrowIfNull(heard);
        _writer.Buffers.Heard.Note(heard);
    }

    /// <summary>The processes that have stored rows in the folder, as long as any of them are kept.</summary>
    public IReadOnlySet<string> Processes() => SegmentFiles.Days(_options.Directory)
        .SelectMany(day => SegmentFiles.Segments(_options.Directory, day)).Select(SegmentFiles.ProcessOf).ToHashSet(StringComparer.Ordinal);

    /// <summary>Notes what has become of the rows that this process exports; the figures replace those of the call before.</summary>
    public void Record(IReadOnlyList<ExportAccount> exports) => _writer.NoteExports(process: null, run: null, exports);

    /// <summary>
    /// The same for a process without a sink. Its earlier runs are closed: what they had on its way is counted as lost, with the reason
    /// <c>unconfirmed</c>.
    /// </summary>
    /// <param name="process">Its name, which no process with a sink has.</param>
    /// <param name="run">Tells this run of it from others.</param>
    /// <param name="exports">Its accounts.</param>
    public void Record(string process, string run, IReadOnlyList<ExportAccount> exports)
    {
        ArgumentException.ThrowIfNullOrEmpty(process);
        ArgumentException.ThrowIfNullOrEmpty(run);
        _writer.NoteExports(process, run, exports);
    }

    /// <summary>Hands over a business event. Never waits.</summary>
    public void LogEvent(BusinessEvent item)
    {
        ArgumentNullException.ThrowIfNull(item);
        item.Time ??= _time.GetUtcNow();
        _writer.Buffers.Events.Buffer.Offer(item);
    }

    /// <summary>Hands over a product event for analytics. Never waits.</summary>
    public void Track(string name, string? user = null, string? tenant = null, params KeyValuePair<string, object?>[] properties) =>
        _writer.Buffers.Tracked.Buffer.Offer(
            new TrackedEvent { Name = name, Time = _time.GetUtcNow(), User = user, Tenant = tenant, Properties = properties });

    /// <summary>Counts a row that its producer could not make, or not clean, as dropped for that reason.</summary>
    /// <param name="stream">One of <see cref="Streams"/>' spans, lines, logs, metrics, events and tracked.</param>
    /// <param name="reason">As the loss account shall name it: <c>redaction</c>.</param>
    public void CountDropped(string stream, string reason) => _writer.Buffers.CountDropped(stream, reason);

    /// <summary>Copies journal facts for reporting; a fact that is there already stays as it is, so a copy may be repeated.</summary>
    /// <returns>Whether they are committed.</returns>
    public Task<bool> CopyFactsAsync(IReadOnlyList<FactRow> facts, CancellationToken cancellationToken = default)
    {
        return _writer.WriteCentralAsync(db => FactTable.Write(db, facts)).WaitAsync(cancellationToken);
    }

    /// <summary>
    /// Opens the alert of that rule and subject, or updates the one that is open (which keeps its opening time, acknowledgement and
    /// silence). With <see cref="AlertState.Resolved"/> it closes the open one.
    /// </summary>
    /// <returns>Whether it is committed; false when the database cannot be written.</returns>
    public Task<bool> RaiseAlertAsync(AlertRow alert, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(alert);
        return alert.State == AlertState.Resolved
            ? _writer.WriteCentralAsync(db => AlertTable.Resolve(db, alert.Rule, alert.Subject, alert.ResolvedAt ?? alert.UpdatedAt, alert))
                .WaitAsync(cancellationToken)
            : _writer.WriteCentralAsync(db => AlertTable.Raise(db, alert)).WaitAsync(cancellationToken);
    }

    /// <summary>Closes the open alert of that rule and subject.</summary>
    /// <returns>Whether one was open and is now committed as resolved.</returns>
    public Task<bool> ResolveAlertAsync(string rule, string subject, CancellationToken cancellationToken = default)
    {
        var now = _time.GetUtcNow();
        return _writer.WriteCentralAsync(db => AlertTable.Resolve(db, rule, subject, now)).WaitAsync(cancellationToken);
    }

    /// <summary>Notes who has seen the open alert of that rule and subject, and until when nobody is to be notified of it again.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="subject">The subject.</param>
    /// <param name="by">Who.</param>
    /// <param name="silenceUntil">Until when nobody is to be notified; null leaves that as it is.</param>
    /// <param name="audit">The act's audit entry: it is committed with the note, or neither is.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Whether one was open and the note is committed.</returns>
    public Task<bool> AcknowledgeAlertAsync(
        string rule, string subject, string by, DateTimeOffset? silenceUntil = null, AuditEntry? audit = null,
        CancellationToken cancellationToken = default)
    {
        var now = _time.GetUtcNow();
        return _writer.WriteCentralAsync(db =>
        {
            var acknowledged = AlertTable.Acknowledge(db, rule, subject, by, now, silenceUntil);
            if (acknowledged && audit is not null)
            {
                Audit.Write(db, [Audit.Timed(audit)]);
            }

            return acknowledged;
        }).WaitAsync(cancellationToken);
    }

    /// <summary>Bytes the writer thread has allocated so far.</summary>
    internal long WriterAllocatedBytes => _writer.AllocatedBytes;

    /// <summary>Spans in the buffer now.</summary>
    internal int BufferedSpans => _writer.Buffers.Spans.Count;

    /// <summary>The accounts of the streams that go through the writer, as of now.</summary>
    internal StreamAccount[] Accounts() => _writer.Buffers.Accounts();

    /// <summary>Computes this process's rollups of a minute anew from its raw rows and says how the stored ones differ.</summary>
    /// <param name="minute">Any time in that minute; its raw rows must still be kept.</param>
    /// <param name="repair">Whether to write what the raw rows say.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>
    /// The differences, none when all is well; null when the database cannot be written, or a segment of this process cannot be read.
    /// </returns>
    /// <remarks>Rows that sampling left out have rollups only; those are not compared.</remarks>
    public Task<IReadOnlyList<RollupDifference>?> RecomputeAsync(DateTimeOffset minute, bool repair = false,
        CancellationToken cancellationToken = default) =>
        _writer.RecomputeAsync(UnixTime.Floor(UnixTime.Nanos(minute), UnixTime.Minute), repair).WaitAsync(cancellationToken);

    /// <summary>Waits until everything handed over before this call is committed, or counted as dropped.</summary>
    public Task FlushAsync(CancellationToken cancellationToken = default) => _writer.FlushAsync().WaitAsync(cancellationToken);

    /// <summary>Commits what is buffered and stops the writer.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var role in _roles.Values)
        {
            await role.DisposeAsync();
        }

        await Audit.DisposeAsync();
        await _writer.DisposeAsync();
    }
}
