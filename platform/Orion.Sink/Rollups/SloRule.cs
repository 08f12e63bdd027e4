using Orion.Sink.Rows;

namespace Orion.Sink.Rollups;

/// <summary>
/// What the sink counts for one service level objective: the rows it is about, and which of them are good. How many have to be good is not
/// the sink's business. The counts are rollups like any other: by the minute and hour, with what sampling left out.
/// </summary>
/// <param name="Name">Stable name; the counts are kept under it.</param>
public sealed record SloRule(string Name)
{
    /// <summary>Only canonical lines of this surface; null for all.</summary>
    public string? Surface { get; init; }

    /// <summary>Only canonical lines of this route or kind of job; null for all.</summary>
    public string? Route { get; init; }

    /// <summary>Inner spans of this name, in place of canonical lines.</summary>
    public string? Span { get; init; }

    /// <summary>What took less than this is good, failed or not; null: what did not fail is.</summary>
    public TimeSpan? Limit { get; init; }

    // Of others only lines are counted that are of the objective's surface, as their key lets them.
    internal bool IsAbout(SpanRow row, CanonicalLine? line) => !row.CountsInObjectives && Surface is null ? false
        : Span is not null ? line is null && row.Name == Span
        : line is not null && (Surface is null || Surface == line.Surface) && (Route is null || Route == line.Route);

    internal bool IsGood(SpanRow row) =>
        Limit is { } limit ? row.OwnNanos < limit.Ticks * TimeSpan.NanosecondsPerTick : row.Status != SpanStatus.Error;

    /// <summary>
    /// The series of its counts. It names the definition too: when that changes, what was counted by the old one stays as it is, and
    /// nothing mistakes it for a wrong count by the new one.
    /// </summary>
    internal RollupSeries Series(bool sampledOut) =>
        new(RollupKind.Slo, "", Surface ?? "", Name, sampledOut ? Definition + "~" : Definition);

    private string Definition
    {
        get
        {
            var good = Limit is { } limit ? FormattableString.Invariant($" < {limit.TotalMilliseconds} ms") : " not failed";
            return $"{Span ?? Route}{good}".TrimStart();
        }
    }
}
