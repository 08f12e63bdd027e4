using System.Diagnostics;
using Microsoft.Extensions.Options;
using OrionPlatform.Sink;

namespace OrionPlatform.ServiceDefaults;

/// <summary>One host's telemetry: finished requests and jobs come here, are judged, cleaned, and handed to rings and sink.</summary>
internal sealed class Belt
{
    private static volatile Belt? s_default;

    private readonly TelemetryOutlet _outlet;
    private readonly int _maxSpans;

    public Belt(ServiceIdentity identity, TelemetryOutlet outlet, Sanitizer sanitizer, TraceRing ring, IOptions<TracingOptions> options)
    {
        Identity = identity;
        Sanitizer = sanitizer;
        Ring = ring;
        _outlet = outlet;
        _maxSpans = options.Value.MaxSpans;
    }

    /// <summary>The belt of the process's host (of the latest one, where tests run several): for work that no request scopes.</summary>
    public static Belt? Default => s_default;

    public ServiceIdentity Identity { get; }

    public Sanitizer Sanitizer { get; }

    public TraceRing Ring { get; }

    /// <summary>Whether spans also leave over OTLP, and so have to carry what a canonical line has columns for.</summary>
    public bool ExportsOtlp { get; init; }

    public void Start()
    {
        s_default = this;
        SpanListener.Acquire();
    }

    public void Stop()
    {
        SpanListener.Release();
        Interlocked.CompareExchange(ref s_default, null, this);
    }

    /// <summary>An inner span has ended. Outside a request or job it stands alone; after its root has ended it follows the root's fate.</summary>
    public void Take(Activity activity, LineScope? scope)
    {
        if (scope is { Untraced: true } || (scope is not null && scope.Hold(SpanRows.Inner(activity, Identity.Name), _maxSpans)))
        {
            return;
        }

        if (scope is null or { Kept: true })
        {
            _outlet.Record(SpanRows.Inner(activity, Identity.Name));
        }
        else
        {
            _outlet.CountSampledOut(0, 1);
        }
    }

    /// <summary>A root has ended: its canonical line is made and, with its inner spans, kept or left out as a whole.</summary>
    public void Finish(LineScope scope)
    {
        if (!scope.TryFinish(KeepDecision.Keeps, out var fields, out var spans, out var lost) || scope.Untraced)
        {
            return;
        }

        if (!scope.Kept)
        {
            _outlet.CountSampledOut(1, spans.Count);
            return;
        }

        if (lost > 0)
        {
            fields.Add(new("orion.lost_spans", (long)lost));
        }

        var line = Line(scope, fields);
        foreach (var span in spans)
        {
            span.Tenant ??= scope.Tenant;
            _outlet.Record(span);
        }

        _outlet.Record(line);
        Ring.Add(new LocalTrace(line, spans));
    }

    private CanonicalLine Line(LineScope scope, List<KeyValuePair<string, object?>> fields)
    {
        var root = scope.Root;
        var line = new CanonicalLine
        {
            TraceId = root.TraceId,
            SpanId = root.SpanId,
            Service = Identity.Name,
            Name = root.DisplayName,
            LineKind = scope.Kind,
            Surface = scope.Surface,
            Method = scope.Method,
            Route = scope.Route,
            StatusCode = scope.StatusCode,
            Outcome = scope.Outcome,
            ErrorCode = scope.ErrorCode,
            ErrorType = scope.ErrorType,
            CorrelationId = scope.CorrelationId,
            Tenant = scope.Tenant,
            User = scope.User,
        };
        SpanRows.Fill(line, root);
        line.DurationNanos = (long)(Stopwatch.GetElapsedTime(scope.StartTimestamp).TotalNanoseconds);
        line.Attributes = SpanRows.Attributes(root, fields);
        return line;
    }
}
