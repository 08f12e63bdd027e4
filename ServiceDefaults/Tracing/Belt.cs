using System.Diagnostics;
using Microsoft.Extensions.Options;
using OrionPlatform.Sink;

namespace OrionPlatform.ServiceDefaults;

/// <summary>One host's telemetry: finished requests and jobs come here, are judged, cleaned, and handed to rings and sink.</summary>
internal sealed class Belt
{
    private static volatile Belt? s_default;

    private readonly TelemetryOutlet _outlet;
    private readonly KeepDecision _keep;
    private readonly int _maxSpans;

    public Belt(ServiceIdentity identity, TelemetryOutlet outlet, KeepDecision keep, Sanitizer sanitizer, TraceRing ring, IOptions<TracingOptions> options)
    {
        Identity = identity;
        Sanitizer = sanitizer;
        Ring = ring;
        _outlet = outlet;
        _keep = keep;
        _maxSpans = options.Value.MaxSpans;
    }

    /// <summary>The belt of the process's host (of the latest one, where tests run several): for work that no request scopes.</summary>
    public static Belt? Default => s_default;

    public ServiceIdentity Identity { get; }

    public Sanitizer Sanitizer { get; }

    public TraceRing Ring { get; }

    /// <summary>Whether spans also leave over OTLP, and so have to carry what a canonical line has columns for.</summary>
    public bool ExportsOtlp { get; init; }

    /// <summary>Development's check of tags; null elsewhere.</summary>
    public TagLint? Lint { get; init; }

    /// <summary>The application's own fields.</summary>
    public required LineEnrichers Enrichers { get; init; }

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
        if (scope is null or { Untraced: false } && (scope is null || !scope.Hold(activity, _maxSpans)))
        {
            _outlet.Record(scope is null or { Kept: true } ? SpanRows.Inner(activity, Identity.Name) : LeftOutRows.Span(activity, Identity.Name));
        }
    }

    /// <summary>A root has ended: its canonical line is made and, with its inner spans, stored or only counted as a whole.</summary>
    public void Finish(LineScope scope)
    {
        if (!scope.TryFinish(_keep, out var fields, out var spans, out var lost) || scope.Untraced)
        {
            return;
        }

        if (!scope.Kept)
        {
            _outlet.Record(LeftOutRows.Line(scope, Identity.Name));
            for (var i = 0; i < (spans?.Count ?? 0); i++)
            {
                _outlet.Record(LeftOutRows.Span(spans![i], Identity.Name));
            }

            return;
        }

        var line = Line(scope);

        if (lost > 0)
        {
            (fields ??= []).Add(new("orion.lost_spans", (long)lost));
        }

        SpanRows.Fill(line, scope.Root);
        line.Attributes = SpanRows.Attributes(scope.Root, fields, scope.Path);
        var rows = spans is null ? [] : new SpanRow[spans.Count];
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] = SpanRows.Inner(spans![i], Identity.Name);
            rows[i].Tenant ??= scope.Tenant;
            _outlet.Record(rows[i]);
        }

        _outlet.Record(line);
        Ring.Add(new LocalTrace(line, rows));
    }

    private CanonicalLine Line(LineScope scope)
    {
        var root = scope.Root;
        return new CanonicalLine
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
            StartUnixNanos = SpanRows.UnixNanos(root.StartTimeUtc),
            DurationNanos = scope.DurationNanos,
            Status = (SpanStatus)root.Status,
        };
    }
}
