using System.Runtime.InteropServices;

namespace OrionPlatform.Sink;

/// <summary>A range of times; rows far outside of it may still lie in the day folders it touches.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TimeRange(long From, long To)
{
    public static TimeRange Of(DateTimeOffset? from, DateTimeOffset? to) =>
        new(from is { } f ? UnixTime.Nanos(f) : long.MinValue, to is { } t ? UnixTime.Nanos(t) : long.MaxValue);

    /// <summary>Whether a day's folder can hold rows of it.</summary>
    public bool Touches(DateOnly day)
    {
        var start = UnixTime.Nanos(new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero));
        return start < To && (From == long.MinValue || start + UnixTime.Day > From);
    }
}

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

    /// <summary>Reads a page of rows whose key is their time.</summary>
    /// <param name="directory">The sink's folder.</param>
    /// <param name="range">Times asked for.</param>
    /// <param name="limit">Rows a page, 1 to 1,000.</param>
    /// <param name="after">Where the page before ended.</param>
    /// <param name="select">Prepares the query of one segment, given the conditions on <c>id</c> that its WHERE must hold.</param>
    /// <param name="read">Reads the current row, whose first column is its key.</param>
    /// <param name="cancellationToken">Cuts the read off.</param>
    public static Page<T> Read<T>(
        string directory, TimeRange range, int limit, string? after, Func<Database, string, Statement> select, Func<Statement, T> read, CancellationToken cancellationToken)
    {
        Check(limit);
        var cursor = Cursor.Parse(after);
        var found = new List<(Cursor At, T Row)>();
        foreach (var day in SegmentFiles.Days(directory).Where(range.Touches))
        {
            var ofDay = new List<(Cursor At, T Row)>();
            foreach (var path in SegmentFiles.Segments(directory, day))
            {
                var name = Path.GetFileNameWithoutExtension(path);
                if ((cursor is null ? "" : cursor.Condition(day, name)) is { } notShown && SegmentReader.TryOpen(path, cancellationToken) is { } segment)
                {
                    using (segment)
                    using (var rows = select(segment.Database, $"id >= {range.From} AND id < {range.To}{notShown} ORDER BY id DESC LIMIT {limit + 1}"))
                    {
                        while (rows.Step())
                        {
                            ofDay.Add((new Cursor(day, rows.Long(0), name), read(rows)));
                        }
                    }
                }
            }

            found.AddRange(ofDay.OrderByDescending(r => r.At.Key).ThenBy(r => r.At.File, StringComparer.Ordinal));
            if (found.Count > limit)
            {
                break;
            }
        }

        return new Page<T>([.. found.Take(limit).Select(f => f.Row)], found.Count > limit ? found[limit - 1].At.ToString() : null);
    }
}
