using System.Diagnostics;
using OpenTelemetry;
using OrionPlatform.Sink;

namespace OrionPlatform.ServiceDefaults;

/// <summary>
/// The one listener of the process: opens a scope for each server span and each processing span, and hands inner spans to the scope they
/// end in. Much cheaper than the SDK's pipeline; both may run side by side.
/// </summary>
internal static class SpanListener
{
    public const string AspNetCore = "Microsoft.AspNetCore";
    public const string HttpClient = "System.Net.Http";

    private static readonly Lock s_lock = new();
    private static ActivityListener? s_listener;
    private static int s_users;

    /// <summary>Listens until as many <see cref="Release"/> calls have come.</summary>
    public static void Acquire()
    {
        lock (s_lock)
        {
            if (s_users++ == 0)
            {
                TraceIds.Install();
                s_listener = new ActivityListener
                {
                    ShouldListenTo = static source => source.Name is Spans.SourceName or AspNetCore or HttpClient,
                    Sample = Sample,
                    SampleUsingParentId = static (ref _) => Suppressed ? ActivitySamplingResult.None : ActivitySamplingResult.AllDataAndRecorded,
                    ActivityStarted = Started,
                    ActivityStopped = Stopped,
                };
                ActivitySource.AddActivityListener(s_listener);
            }
        }
    }

    public static void Release()
    {
        lock (s_lock)
        {
            if (--s_users == 0)
            {
                s_listener?.Dispose();
                s_listener = null;
            }
        }
    }

    /// <summary>The exporter's own calls, and whatever happens inside an untraced request, make no spans.</summary>
    private static bool Suppressed => Sdk.SuppressInstrumentation || LineScope.Current is { Untraced: true };

    private static ActivitySamplingResult Sample(ref ActivityCreationOptions<ActivityContext> options) =>
        Suppressed ? ActivitySamplingResult.None : ActivitySamplingResult.AllDataAndRecorded;

    private static void Started(Activity activity)
    {
        if (activity.Kind == ActivityKind.Server && activity.Source.Name == AspNetCore)
        {
            RequestsInFlight.Begin();
            LineScope.Current = new LineScope(activity, CanonicalLine.Request);
        }
        else if (activity.Parent is not null && LineScope.Current is { } scope)
        {
            scope.Opened(activity, SpanClock.Now(activity));
        }
        else
        {
            SpanClock.Note(activity);
        }

        activity.ActivityTraceFlags |= TraceIds.RandomFlagFor(activity);
    }

    private static void Stopped(Activity activity)
    {
        var isRequest = activity.Kind == ActivityKind.Server && activity.Source.Name == AspNetCore;
        if (isRequest)
        {
            RequestsInFlight.End();
        }

        var scope = LineScope.Current;
        if (scope is not null && ReferenceEquals(scope.Root, activity))
        {
            // The flow keeps the finished scope, in which nothing can be added any more: it ends with the request anyway, and clearing it costs.
            scope.Belt?.Finish(scope);
            if (scope.Belt is { ExportsOtlp: true })
            {
                // The line has its duration from the scope.
                SpanClock.End(activity, scope.StartTimestamp);
            }

            return;
        }

        if (isRequest)
        {
            return;
        }

        SpanClock.End(activity, scope?.Ended(activity) is > 0 and var since ? since : SpanClock.Noted(activity));
        (scope is null ? Belt.Default : scope.Belt)?.Take(activity, scope);
    }
}
