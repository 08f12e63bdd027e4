using System.Diagnostics;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using Orion.Sink.Loss;
using Orion.Sink.Rows;
using Orion.Telemetry.CanonicalLines;
using Orion.Telemetry.Identity;

namespace Orion.Telemetry.Tracing;

/// <summary>
/// The platform's span processor, the last of the tracer provider but for its exports: opens a canonical line for each server span, keeps
/// the inner spans until their root ends, then decides on the whole, cleans it, and hands it to ring and sink.
/// </summary>
/// <remarks>
/// A provider hears of every activity of the process, also of another host's in it: each activity belongs to one pipeline, that of its
/// request or job, and outside these to the host that started last.
/// </remarks>
internal sealed class TelemetryPipeline(
    ServiceIdentity identity, TelemetryWriter writer, KeepDecision keep, Redactor redactor,
    IOptions<TracingOptions> options) : BaseProcessor<Activity>
{
    private const string AspNetCore = "Microsoft.AspNetCore";

    private static volatile TelemetryPipeline? s_default;

    // The span that this thread's call has cleaned, for the exports that are called next.
    [ThreadStatic]
    private static Activity? s_clean;

    private readonly int _maxSpans = options.Value.MaxSpans;
    private readonly SourceScopes _scopes = new(redactor);

    /// <summary>The pipeline of the process's host (of the latest one, where tests run several): for work that no request scopes.</summary>
    public static TelemetryPipeline? Default => s_default;

    public Redactor Redactor => redactor;

    /// <summary>
    /// Whether spans also leave by OTLP. They do so as they end, so each is cleaned then, and the root carries what a canonical line has
    /// columns for.
    /// </summary>
    public required bool Exports { get; init; }

    /// <summary>Development's check of tags; null elsewhere.</summary>
    public TagLint? Lint { get; init; }

    /// <summary>The application's own fields.</summary>
    public required LineEnrichers Enrichers { get; init; }

    public void Start() => s_default = this;

    public void Stop() => Interlocked.CompareExchange(ref s_default, null, this);

    /// <summary>Whether the span that has just ended was cleaned for export; true once.</summary>
    public static bool TakeClean(Activity activity)
    {
        var clean = ReferenceEquals(s_clean, activity);
        s_clean = null;
        return clean;
    }

    /// <summary>Whether a span of the current flow is this host's.</summary>
    private bool Owns(CanonicalLineContext? scope) => ReferenceEquals(scope is null ? s_default : scope.Pipeline, this);

    public override void OnStart(Activity data)
    {
        var scope = CanonicalLineContext.Current;
        if (IsRequest(data))
        {
            // Of several hosts in a process the first to hear of it opens the scope; the one whose middleware takes it owns it.
            if (!ReferenceEquals(scope?.Root, data))
            {
                CanonicalLineContext.Current = new CanonicalLineContext(data, CanonicalLine.Request);
            }
        }
        else if (Owns(scope))
        {
            if (data.Parent is not null && scope is not null)
            {
                scope.Opened(data, SpanClock.Now(data));
            }
            else
            {
                SpanClock.Note(data);
            }
        }

        data.ActivityTraceFlags |= TraceIds.RandomFlagFor(data);
    }

    public override void OnEnd(Activity data)
    {
        var scope = CanonicalLineContext.Current;
        if (scope is not null && ReferenceEquals(scope.Root, data))
        {
            // The flow keeps the finished scope, in which nothing can be added any more: it ends with the request anyway, and clearing it
            // costs.
            if (Owns(scope))
            {
                Finish(scope);
            }
        }
        else if (!IsRequest(data) && Owns(scope))
        {
            SpanClock.End(data, scope?.Ended(data) is > 0 and var since ? since : SpanClock.Noted(data));
            Take(data, scope);
        }
    }

    private static bool IsRequest(Activity activity) => activity.Kind == ActivityKind.Server && activity.Source.Name == AspNetCore;

    /// <summary>
    /// An inner span has ended. Outside a request or job it stands alone; after its root has ended it follows the root's fate.
    /// </summary>
    private void Take(Activity activity, CanonicalLineContext? scope)
    {
        if (scope is { Untraced: true })
        {
            return;
        }

        SpanRow? row = null;
        if (Exports && (row = Inner(activity)) is null)
        {
            return;
        }

        if (scope is not null && scope.Hold(activity, row, _maxSpans))
        {
            return;
        }

        if (scope is { Kept: false })
        {
            writer.LeaveOut(LeftOutRows.Span(activity, identity.Name));
        }
        else if ((row ?? Inner(activity)) is { } stored)
        {
            writer.Store(stored);
        }
    }

    /// <summary>A root has ended: its canonical line is made and, with its inner spans, stored or only counted as a whole.</summary>
    private void Finish(CanonicalLineContext scope)
    {
        if (!scope.TryFinish(keep, out var fields, out var held, out var lost) || scope.Untraced)
        {
            return;
        }

        if (scope.Facts is { } facts)
        {
            scope.Root.DisplayName = facts.SpanName(scope.MethodIndex);
        }

        if (lost > 0)
        {
            (fields ??= []).Add(new("orion.lost_spans", (long)lost));
        }

        if (scope.ClientWaitMs > 0)
        {
            (fields ??= []).Add(new(CanonicalLine.ClientWaitKey, scope.ClientWaitMs));
        }

        var line = scope.Kept || Exports ? Line(scope, fields) : null;
        if (!scope.Kept)
        {
            if (line is not null || !Exports)
            {
                writer.LeaveOut(LeftOutRows.Line(scope, identity.Name));
            }

            for (var i = 0; i < (held?.Count ?? 0); i++)
            {
                writer.LeaveOut(LeftOutRows.Span(held![i].Span, identity.Name));
            }

            return;
        }

        List<SpanRow> rows = held is null ? [] : new(held.Count);
        for (var i = 0; i < (held?.Count ?? 0); i++)
        {
            if ((held![i].Row ?? Inner(held[i].Span)) is { } row)
            {
                row.Tenant ??= line?.Tenant;
                rows.Add(row);
            }
        }

        if (line is not null)
        {
            writer.Store(line, rows);
        }
        else
        {
            rows.ForEach(writer.Store);
        }
    }

    /// <summary>The clean row of an inner span; null when it could not be cleaned, and so is not stored, nor exported.</summary>
    private SpanRow? Inner(Activity activity)
    {
        try
        {
            var row = SpanRows.Inner(activity, identity.Name);
            row.Scope = _scopes.Of(activity.Source);
            if (redactor.Clean(row) && Exports)
            {
                redactor.Clean(activity, row);
            }

            s_clean = Exports ? activity : null;
            return row;
        }
        catch (Exception)
        {
            // A value's own code may have thrown. What could not be cleaned goes nowhere, and fails nobody's request.
            writer.CountDropped(Streams.Spans);
            return null;
        }
    }

    private CanonicalLine? Line(CanonicalLineContext scope, List<KeyValuePair<string, object?>>? fields)
    {
        try
        {
            var line = SpanRows.Line(scope, identity.Name, fields);
            line.Scope = _scopes.Of(scope.Root.Source);
            var dirty = redactor.Clean(line);
            if (Exports)
            {
                // The line has its duration from the scope.
                SpanClock.End(scope.Root, scope.StartTimestamp);
                if (dirty)
                {
                    redactor.Clean(scope.Root, line);
                }

                LineTags.Put(scope.Root, line, fields);
                s_clean = scope.Root;
            }

            return line;
        }
        catch (Exception)
        {
            writer.CountDropped(Streams.Lines);
            return null;
        }
    }
}

/// <summary>The exports behind a host's pipeline: they get what that has cleaned, and nothing else.</summary>
internal sealed class SpanExports(IEnumerable<BaseProcessor<Activity>> exports) : CompositeProcessor<Activity>(exports)
{
    public override void OnEnd(Activity data)
    {
        if (TelemetryPipeline.TakeClean(data))
        {
            base.OnEnd(data);
        }
    }
}
