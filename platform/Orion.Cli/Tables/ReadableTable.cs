using Orion.Sink.Reading;

namespace Orion.Cli.Tables;

/// <summary>A table as people read it: text for numbers that stand for text, ids in hexadecimal, times as text.</summary>
/// <param name="Name">Its name, which is that of the table in the file.</param>
/// <param name="About">What a row is.</param>
/// <param name="Source">What it is read from, <c>{0}</c> being the attached file.</param>
/// <param name="Columns">Name and expression of each column; <c>{0}</c> and <c>{1}</c> are the attached file and its process.</param>
/// <param name="Range">
/// Condition of a time range, <c>{0}</c> and <c>{1}</c> being its ends in nanoseconds; empty when rows have no time of their own.
/// </param>
internal sealed record ReadableTable(string Name, string About, string Source, (string Name, string Sql)[] Columns, string Range = "")
{
    /// <summary>The version of its file from which it is there; one of an earlier version has no rows of it.</summary>
    public long Since { get; init; }

    /// <summary>What its columns are in a file of that version; null where they are the same in all.</summary>
    public Func<ReadableTable, long, IEnumerable<(string Name, string Sql)>>? ByVersion { get; init; }

    /// <summary>The view over these attached files; an empty one when there are none.</summary>
    public string ViewOver((string Schema, string Process, long Version)[] files, TimeRange range)
    {
        var isOpen = Range.Length == 0 || range == TimeRange.Of(null, null);
        var where = isOpen ? "" : " WHERE " + string.Format(null, Range, range.From, range.To);
        var select = files.Length == 0
            ? $"SELECT {string.Join(", ", Columns.Select(c => $"NULL AS {c.Name}"))} WHERE 0"
            : string.Join("\nUNION ALL\n", files.Select(f =>
                $"SELECT {string.Join(", ", (ByVersion?.Invoke(this, f.Version) ?? Columns).Select(c => $"{For(c.Sql, f)} AS {c.Name}"))} "
                + $"FROM {For(Source, f)}{where}"));
        return $"CREATE TEMP VIEW {Name} AS\n{select}";
    }

    private static string For(string sql, (string Schema, string Process, long Version) file) =>
        sql.Replace("{0}", file.Schema, StringComparison.Ordinal).Replace("{1}", file.Process, StringComparison.Ordinal);
}
