using System.Diagnostics;
using Orion.Sink.Rows;
using Orion.Telemetry.Lag;
using Orion.Telemetry.Requests;
using Orion.Telemetry.Tracing;

namespace Orion.Telemetry.CanonicalLines;

/// <summary>
/// One request or job in progress: what its canonical line will say, and the inner spans that wait for it. Safe for the parallel
/// branches of one request. The pipeline makes and finishes it, exactly once.
/// </summary>
internal sealed class CanonicalLineContext
{
    private static readonly AsyncLocal<CanonicalLineContext?> s_current = new(Occupancy.Changed);

    private const int MaxOpen = 1024;
    private const int MaxCandidates = 64;

    private readonly Lock _lock = new();

    // Bounded by the keys that code names; the redactor cuts a line at 128 attributes.
    private List<KeyValuePair<string, object?>>? _fields;

    // Bounded by TracingOptions.MaxSpans; what is beyond is counted on the line. Handed over when the root ends.
    private List<(Activity Span, SpanRow? Row)>? _spans;

    // Bounded by MaxOpen; a span leaves it when it ends.
    private List<(Activity Span, long Since)>? _open;
    private int _lostSpans;
    private long _clientTicks;
    private long _handedOver;
    private bool _done;

    public CanonicalLineContext(Activity root, string kind)
    {
        Root = root;
        Kind = kind;
        StartTimestamp = Stopwatch.GetTimestamp();
    }

    /// <summary>The request or job of the current flow; null outside one.</summary>
    public static CanonicalLineContext? Current
    {
        get => s_current.Value;
        set => s_current.Value = value;
    }

    public Activity Root { get; }

    public string Kind { get; }

    /// <summary>Monotonic start; the root's duration is measured against it, whatever the wall clock does meanwhile.</summary>
    public long StartTimestamp { get; }

    /// <summary>Monotonic duration; meaningful once the scope is done.</summary>
    public long DurationNanos { get; private set; }

    /// <summary>
    /// Milliseconds of its duration in which it waited for its client: to send the body, to take the answer. 0 below one; meaningful once
    /// the scope is done.
    /// </summary>
    public long ClientWaitMs { get; private set; }

    /// <summary>The host it belongs to; null until its first middleware has run: a request of a foreign host records nothing.</summary>
    public TelemetryPipeline? Pipeline { get; set; }

    /// <summary>Nothing of it is kept: an untraced endpoint.</summary>
    public bool Untraced { get; set; }

    /// <summary>An explicit wish that the sampler keeps it.</summary>
    public bool Keep { get; set; }

    /// <summary>What the sampler decided; meaningful once the scope is done.</summary>
    public bool Kept { get; private set; }

    public string Surface { get; set; } = "other";

    public string? Method { get; set; }

    /// <summary>Position of the method in <see cref="HttpMethodNames.Known"/>; -1 for any other.</summary>
    public int MethodIndex { get; set; } = -1;

    public string? Route { get; set; }

    /// <summary>What is known of the request's endpoint, once it is.</summary>
    public RouteFacts? Facts { get; set; }

    public int? StatusCode { get; set; }

    public string Outcome { get; set; } = "ok";

    public string? ErrorCode { get; set; }

    public string? ErrorType { get; set; }

    public bool Failed { get; set; }

    /// <summary>The client went away before it had its answer.</summary>
    public bool Aborted { get; set; }

    // What is written on behalf of a request or job takes over these three: who does not know this type (the store, a library) finds them
    // on the activity, where they stay in this process.
    public string? CorrelationId
    {
        get;
        set => Put("correlation_id", field = value);
    }

    public string? Tenant
    {
        get;
        set => Put("tenant", field = value);
    }

    public string? TenantId
    {
        get;
        set => Put("tenant.id", field = value);
    }

    public string? User { get; set; }

    /// <summary>It has waited for its client since that timestamp, and does so no more.</summary>
    public void WaitedForClient(long since) => Interlocked.Add(ref _clientTicks, Stopwatch.GetTimestamp() - since);

    /// <summary>
    /// The application is done with it: until its end the server waits for the client to take what is left of the answer.
    /// </summary>
    public void HandedOver() => _handedOver = Stopwatch.GetTimestamp();

    /// <summary>Marks it failed; the first code given wins, since later ones are its consequences.</summary>
    public void Fail(string errorCode, Exception? exception)
    {
        Failed = true;
        ErrorCode ??= errorCode;
        ErrorType ??= exception?.GetType().FullName;
    }

    public void Add(string key, object? value)
    {
        lock (_lock)
        {
            if (_done)
            {
                return;
            }

            _fields ??= new(8);
            var at = _fields.FindIndex(f => f.Key == key);
            if (at >= 0)
            {
                _fields[at] = new(key, value);
            }
            else
            {
                _fields.Add(new(key, value));
            }
        }
    }

    private void Put(string property, string? value)
    {
        if (value is not null)
        {
            Root.SetCustomProperty(property, value);
        }
    }

    /// <summary>The fields added so far.</summary>
    public KeyValuePair<string, object?>[] Fields()
    {
        lock (_lock)
        {
            return _fields?.ToArray() ?? [];
        }
    }

    /// <summary>An inner span has begun, at that timestamp.</summary>
    public void Opened(Activity span, long since)
    {
        lock (_lock)
        {
            _open ??= new(4);
            if (_open.Count < MaxOpen)
            {
                _open.Add((span, since));
            }
        }
    }

    /// <summary>
    /// Name of the innermost inner span that is open, when all open ones are its ancestors; null when there are several candidates, or
    /// none.
    /// </summary>
    public string? InnermostOpen
    {
        get
        {
            lock (_lock)
            {
                if (_done || _open is not { Count: > 0 and <= MaxCandidates } open)
                {
                    return null;
                }

                var leaf = open[^1].Span;
                for (var i = open.Count - 2; i >= 0; i--)
                {
                    var ancestor = leaf.Parent;
                    while (ancestor is not null && !ReferenceEquals(ancestor, open[i].Span))
                    {
                        ancestor = ancestor.Parent;
                    }

                    if (ancestor is null)
                    {
                        return null;
                    }
                }

                return leaf.DisplayName;
            }
        }
    }

    /// <summary>
    /// An inner span has ended, also one that outlives the root. Returns the timestamp of its start; 0 when that is not known.
    /// </summary>
    public long Ended(Activity span)
    {
        lock (_lock)
        {
            for (var i = (_open?.Count ?? 0) - 1; i >= 0; i--)
            {
                if (ReferenceEquals(_open![i].Span, span))
                {
                    var since = _open[i].Since;
                    _open.RemoveAt(i);
                    return since;
                }
            }

            return 0;
        }
    }

    /// <summary>
    /// Keeps an inner span, and its row where that is made already, until the root ends; false when the root has ended already.
    /// </summary>
    public bool Hold(Activity span, SpanRow? row, int limit)
    {
        lock (_lock)
        {
            if (_done)
            {
                return false;
            }

            _spans ??= new(4);
            if (_spans.Count < limit)
            {
                _spans.Add((span, row));
            }
            else
            {
                _lostSpans++;
            }

            return true;
        }
    }

    /// <summary>Ends it: true for the first caller only, who gets what was collected.</summary>
    public bool TryFinish(KeepDecision decision, out List<KeyValuePair<string, object?>>? fields,
        out List<(Activity Span, SpanRow? Row)>? spans, out int lostSpans)
    {
        lock (_lock)
        {
            fields = _fields;
            spans = _spans;
            lostSpans = _lostSpans;
            if (_done)
            {
                return false;
            }

            _done = true;
            _fields = null;
            _spans = null;
            var now = Stopwatch.GetTimestamp();
            DurationNanos = (long)Stopwatch.GetElapsedTime(StartTimestamp, now).TotalNanoseconds;

            // Who reads and writes at once waits twice at a time; nobody waits for longer than all of it took.
            var waited = Stopwatch.GetElapsedTime(0, Interlocked.Read(ref _clientTicks) + (_handedOver > 0 ? now - _handedOver : 0));
            ClientWaitMs = Math.Min((long)waited.TotalMilliseconds, DurationNanos / 1_000_000);
            Kept = !Untraced && decision.Keeps(this);
            return true;
        }
    }
}
