using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Orion.Sink.Rows;

namespace Orion.Sink.Reading;

/// <summary>Which canonical lines (root spans) to list, newest first.</summary>
public sealed record TraceQuery
{
    /// <summary>Start of the time range; null for the oldest day kept.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>End of the time range (exclusive); null for now.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Only this service.</summary>
    public string? Service { get; init; }

    /// <summary>Only this route or job kind.</summary>
    public string? Route { get; init; }

    /// <summary>Only this tenant.</summary>
    public string? Tenant { get; init; }

    /// <summary>Only failed ones.</summary>
    public bool ErrorsOnly { get; init; }

    /// <summary>Only those at least this long.</summary>
    public TimeSpan? MinDuration { get; init; }

    /// <summary>
    /// Only those where each of these attributes, of the row, its resource or its scope, is that text: <c>host.name</c> = <c>web-1</c>.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, string>> Attributes { get; init; } = [];

    /// <summary>At most this many, 1 to 1,000.</summary>
    public int Limit { get; init; } = 50;

    /// <summary>Cursor of a previous page (<see cref="Page{T}.Next"/>); null for the first.</summary>
    public string? After { get; init; }
}

/// <summary>Which log records to list, newest first.</summary>
public sealed record LogQuery
{
    /// <summary>Start of the time range; null for the oldest day kept.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>End of the time range (exclusive); null for now.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Only this service.</summary>
    public string? Service { get; init; }

    /// <summary>Only this tenant's.</summary>
    public string? Tenant { get; init; }

    /// <summary>Only this level and above.</summary>
    public LogLevel MinLevel { get; init; } = LogLevel.Trace;

    /// <summary>Only messages that contain this text, case-insensitively.</summary>
    public string? Text { get; init; }

    /// <summary>Only records of this trace.</summary>
    public ActivityTraceId? TraceId { get; init; }

    /// <summary>
    /// Only those where each of these attributes, of the row, its resource or its scope, is that text: <c>host.name</c> = <c>web-1</c>.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, string>> Attributes { get; init; } = [];

    /// <summary>At most this many, 1 to 1,000.</summary>
    public int Limit { get; init; } = 100;

    /// <summary>Cursor of a previous page; null for the first.</summary>
    public string? After { get; init; }
}

/// <summary>A page of rows, newest first.</summary>
/// <param name="Items">The rows.</param>
/// <param name="Next">Cursor of the following page; null when there is none. Stable while rows arrive.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next)
{
    /// <summary>Files whose rows are missing from it.</summary>
    public IReadOnlyList<SkippedFile> Skipped { get; init; } = [];
}

/// <summary>A local trace: one canonical line and the inner spans recorded under the same trace id by any service.</summary>
/// <param name="TraceId">The trace.</param>
/// <param name="Lines">Its canonical lines (one a service that took part), oldest first.</param>
/// <param name="Spans">Its inner spans, oldest first.</param>
public sealed record TraceData(ActivityTraceId TraceId, IReadOnlyList<CanonicalLine> Lines, IReadOnlyList<SpanRow> Spans);

/// <summary>A trace with all that caused it and all that it caused, followed over span links both ways.</summary>
/// <param name="Asked">The trace that was asked for.</param>
/// <param name="Traces">
/// All traces of the story, oldest first; includes <paramref name="Asked"/>. Empty when nothing was found and files had to be left out.
/// </param>
/// <param name="Truncated">Whether the story had more traces or spans than were read (32 traces, 2,000 spans).</param>
public sealed record Story(ActivityTraceId Asked, IReadOnlyList<TraceData> Traces, bool Truncated)
{
    /// <summary>Files whose spans are missing from it.</summary>
    public IReadOnlyList<SkippedFile> Skipped { get; init; } = [];
}

/// <summary>One service's figures over a window, from rollups.</summary>
public sealed record ServiceFigures
{
    /// <summary>The service.</summary>
    public required string Service { get; init; }

    /// <summary>Requests and jobs finished.</summary>
    public required long Count { get; init; }

    /// <summary>Those that failed (5xx, exceptions, timeouts).</summary>
    public required long Errors { get; init; }

    /// <summary>Percentiles of their duration, milliseconds.</summary>
    public required double P50Ms { get; init; }

    /// <summary>95th percentile, milliseconds.</summary>
    public required double P95Ms { get; init; }

    /// <summary>99th percentile, milliseconds.</summary>
    public required double P99Ms { get; init; }
}

/// <summary>A minute of the public API.</summary>
/// <param name="Minute">Start of the minute.</param>
/// <param name="Count">Requests.</param>
/// <param name="Errors">Failed ones.</param>
/// <param name="P95Ms">95th percentile of duration, milliseconds; 0 when there were none.</param>
public sealed record MinuteFigures(DateTimeOffset Minute, long Count, long Errors, double P95Ms);

/// <summary>What the Overview shows. Read from rollups, so its cost does not grow with the raw rows.</summary>
/// <param name="Window">The length of time it covers.</param>
/// <param name="PublicApi">The public API's figures over the window.</param>
/// <param name="Services">Figures by service, by name.</param>
/// <param name="Minutes">The public API minute by minute, oldest first, without gaps.</param>
public sealed record OverviewFigures(TimeSpan Window, ServiceFigures PublicApi, IReadOnlyList<ServiceFigures> Services,
    IReadOnlyList<MinuteFigures> Minutes);

/// <summary>The loss account of one stream of one process: produced = stored + sampled out + dropped + buffered.</summary>
/// <param name="Process">The process that produced it.</param>
/// <param name="Stream"><c>lines</c>, <c>spans</c>, <c>logs</c>, <c>heartbeats</c>, ...</param>
/// <param name="Produced">Rows handed to the sink.</param>
/// <param name="Stored">Rows committed.</param>
/// <param name="SampledOut">Rows left out on purpose.</param>
/// <param name="Dropped">Rows lost, for any reason.</param>
/// <param name="Buffered">Rows on their way.</param>
public sealed record LossRow(string Process, string Stream, long Produced, long Stored, long SampledOut, long Dropped, long Buffered);
