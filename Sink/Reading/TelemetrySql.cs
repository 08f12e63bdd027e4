using SQLitePCL;

namespace OrionPlatform.Sink;

/// <summary>What a query gave.</summary>
/// <param name="Columns">Names of its columns.</param>
/// <param name="Rows">Its rows; values are long, double, string, byte[] or null.</param>
/// <param name="LeftOut">Segments that were asked for but not attached: SQLite attaches ten files at most.</param>
public sealed record SqlResult(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<object?>> Rows, IReadOnlyList<string> LeftOut);

/// <summary>SQL for people, read-only, over <c>telemetry.db</c> and the segments of some days put together.</summary>
public static class TelemetrySql
{
    private const int MaxAttached = 9;

    // Tables and views of a segment that are shown as one over all of them. Numbers of strings, shapes and series are a segment's own, so the
    // raw tables carry the segment's name beside them; the views need no such care.
    private static readonly string[] s_views = ["all_spans", "http_request_logs", "log_records", "causes"];
    private static readonly string[] s_tables = ["canonical_lines", "spans", "logs", "span_links", "span_events", "metrics_timeseries", "metric_series", "strings", "shapes", "stored_rows"];

    /// <summary>Runs one statement.</summary>
    /// <param name="directory">The sink's folder.</param>
    /// <param name="from">First day whose raw rows are asked.</param>
    /// <param name="to">Last day.</param>
    /// <param name="sql">The statement; anything that would write is refused.</param>
    /// <exception cref="TelemetryReadException">It is not valid, would write, or a file cannot be read.</exception>
    /// <exception cref="ArgumentException">The folder has no telemetry.</exception>
    public static SqlResult Run(string directory, DateOnly from, DateOnly to, string sql)
    {
        var central = SegmentFiles.CentralPath(directory);
        if (!File.Exists(central))
        {
            throw new ArgumentException($"'{directory}' has no {SegmentFiles.Central}; name the sink's folder.", nameof(directory));
        }

        try
        {
            using var database = Database.OpenReader(central);
            var files = SegmentFiles.Days(directory).Where(d => d >= from && d <= to).SelectMany(d => SegmentFiles.Segments(directory, d)).ToList();
            Attach(database, files.Take(MaxAttached).ToList());
            // Only now: attaching and naming the views is this method's own business.
            database.Execute("PRAGMA query_only=ON");
            using var statement = database.Prepare(sql);
            return Read(statement, [.. files.Skip(MaxAttached).Select(f => Path.GetRelativePath(directory, f))]);
        }
        catch (SqliteFailure failure)
        {
            throw new TelemetryReadException(failure.Message, failure);
        }
    }

    private static void Attach(Database database, List<string> files)
    {
        for (var i = 0; i < files.Count; i++)
        {
            using var attach = database.Prepare($"ATTACH ? AS s{i}");
            attach.Bind(1, files[i]).Run();
        }

        if (files.Count == 0)
        {
            return;
        }

        foreach (var name in s_views)
        {
            database.Execute($"CREATE TEMP VIEW {name} AS {string.Join(" UNION ALL ", files.Select((_, i) => $"SELECT * FROM s{i}.{name}"))}");
        }

        foreach (var name in s_tables)
        {
            database.Execute($"CREATE TEMP VIEW {name} AS {string.Join(" UNION ALL ", files.Select((f, i) => $"SELECT *, '{Path.GetFileNameWithoutExtension(f).Replace("'", "''", StringComparison.Ordinal)}' AS segment FROM s{i}.{name}"))}");
        }
    }

    private static SqlResult Read(Statement statement, List<string> leftOut)
    {
        var rows = new List<IReadOnlyList<object?>>();
        while (statement.Step())
        {
            var row = new object?[statement.Columns];
            for (var i = 0; i < row.Length; i++)
            {
                row[i] = statement.Type(i) switch
                {
                    raw.SQLITE_INTEGER => statement.Long(i),
                    raw.SQLITE_FLOAT => statement.Double(i),
                    raw.SQLITE_TEXT => statement.Text(i),
                    raw.SQLITE_BLOB => statement.Blob(i).ToArray(),
                    _ => null,
                };
            }

            rows.Add(row);
        }

        return new SqlResult([.. Enumerable.Range(0, statement.Columns).Select(statement.Name)], rows, leftOut);
    }
}
