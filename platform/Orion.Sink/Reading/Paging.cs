using System.Runtime.InteropServices;
using Orion.Sink.Rows;
using Orion.Sink.Segments;
using Orion.Sink.Sql;

namespace Orion.Sink.Reading;

/// <summary>A range of times; rows far outside of it may still lie in the day folders it touches.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TimeRange(long From, long To)
{
    /// <exception cref="ArgumentException">It ends before it begins.</exception>
    public static TimeRange Of(DateTimeOffset? from, DateTimeOffset? to) => from > to
        ? throw new ArgumentException($"A time range from {from:O} cannot end before that, at {to:O}.", nameof(to))
        : new(from is { } f ? UnixTime.Nanos(f) : long.MinValue, to is { } t ? UnixTime.Nanos(t) : long.MaxValue);

    /// <summary>Whether a day's folder can hold rows of it.</summary>
    public bool Touches(DateOnly day)
    {
        var start = UnixTime.Nanos(new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero));
        return start < To && (From == long.MinValue || start + UnixTime.Day > From);
    }
}

/// <summary>A page of a table whose key is its rows' time.</summary>
/// <param name="Table">Table and alias.</param>
/// <param name="Columns">What to select of a segment of which version; the key comes first.</param>
/// <param name="Range">Times asked for.</param>
/// <param name="Count">Rows, 1 to 1,000.</param>
/// <param name="After">Where the page before ended.</param>
internal sealed record PageOf(string Table, Func<long, string> Columns, TimeRange Range, int Count, string? After);

/// <summary>Pages of rows over all segments, newest first.</summary>
internal static class Paging
{
    /// <summary>Refuses a page's size or offset that is out of range.</summary>
    public static void Check(int limit, int offset = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 1_000);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
    }

    /// <summary>Reads a page.</summary>
    /// <param name="directory">The sink's folder.</param>
    /// <param name="page">Which.</param>
    /// <param name="filter">Says what its rows must be.</param>
    /// <param name="read">Reads the current row, with what it comes from.</param>
    /// <param name="parts">Reads what belongs to the rows of one segment; null when nothing does.</param>
    /// <param name="limit">Cuts the read off.</param>
    public static Page<T> Read<T>(
        string directory, PageOf page, Action<SegmentFilter> filter, Func<Statement, SourceReads, T> read,
        Action<SegmentReader, IReadOnlyCollection<T>>? parts, ReadLimit limit)
    {
        Check(page.Count);
        var cursor = Cursor.Parse(page.After);
        var found = new List<(Cursor At, T Row)>();
        var segments = new SegmentReads(directory, limit);
        foreach (var day in SegmentFiles.Days(directory).Where(page.Range.Touches))
        {
            var ofDay = new List<(Cursor At, T Row)>();
            foreach (var path in segments.Of(day))
            {
                var name = Path.GetFileNameWithoutExtension(path);
                if ((cursor is null ? "" : cursor.Condition(day, name)) is { } notShown)
                {
                    var range = $"id >= {page.Range.From} AND id < {page.Range.To}{notShown}";
                    segments.Read(path, segment => Read(segment, range, key => new Cursor(day, key, name), ofDay));
                }
            }

            found.AddRange(ofDay.OrderByDescending(r => r.At.Key).ThenBy(r => r.At.File, StringComparer.Ordinal));
            if (found.Count > page.Count)
            {
                break;
            }
        }

        return new Page<T>([.. found.Take(page.Count).Select(f => f.Row)],
            found.Count > page.Count ? found[page.Count - 1].At.ToString() : null)
        { Skipped = segments.Skipped };

        void Read(SegmentReader segment, string range, Func<long, Cursor> at, List<(Cursor At, T Row)> into)
        {
            var conditions = new SegmentFilter(segment.Database, segment.Version);
            filter(conditions);
            if (conditions.IsImpossible)
            {
                return;
            }

            // What was read before a damaged place stays.
            var first = into.Count;
            using (var rows = conditions.Newest(page.Columns(segment.Version), page.Table, range, page.Count + 1))
            {
                while (rows.Step())
                {
                    into.Add((at(rows.Long(0)), read(rows, segment.Sources)));
                }
            }

            parts?.Invoke(segment, [.. into.Skip(first).Select(r => r.Row)]);
        }
    }
}
