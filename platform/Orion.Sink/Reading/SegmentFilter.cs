using Orion.Sink.Segments;
using Orion.Sink.Sql;

namespace Orion.Sink.Reading;

/// <summary>
/// What the rows of a page must be, for one segment. Of the conditions that have an index, the one that leaves the fewest rows leads:
/// SQLite has no statistics of a file that is being written, and would walk through the whole day for a value that is rare in it.
/// </summary>
internal sealed class SegmentFilter(Database database, long version)
{
    // Rows counted of a condition before it is taken for common.
    private const int Common = 5_000;

    private readonly List<string> _conditions = [];
    private readonly List<(string Index, string Condition)> _indexed = [];
    private readonly List<string> _texts = [];

    /// <summary>Whether the segment cannot hold such a row: it has never seen a text that was asked for.</summary>
    public bool IsImpossible { get; private set; }

    /// <summary>The column, a number in the segment's dictionary, is that text; nothing is asked when it is null.</summary>
    /// <param name="column">It.</param>
    /// <param name="text">The text.</param>
    /// <param name="index">The index on it.</param>
    /// <param name="exceptFirst">The index leaves out rows of <see cref="SegmentSchema.FirstText"/>.</param>
    public void Is(string column, string? text, string index, bool exceptFirst = false)
    {
        if (text is not null)
        {
            using var find = database.Prepare("SELECT id FROM strings WHERE value = ?").Bind(1, text);
            IsImpossible |= !find.Step();
            var number = IsImpossible ? 0 : find.Long(0);
            var isIndexed = !exceptFirst || number != SegmentSchema.FirstText;

            // SQLite takes a partial index only where the index's own condition is repeated.
            Holds($"{column} = {number}{(exceptFirst && isIndexed ? $" AND {column} <> {SegmentSchema.FirstText}" : "")}",
                isIndexed ? index : null);
        }
    }

    /// <summary>The condition holds.</summary>
    /// <param name="condition">It, in SQL.</param>
    /// <param name="index">The index that finds such rows by key; a segment of an earlier version need not have it.</param>
    public void Holds(string condition, string? index = null)
    {
        _conditions.Add(condition);
        if (index is not null)
        {
            _indexed.Add((index, condition));
        }
    }

    /// <summary>The column contains the text, whatever the case of its ASCII letters.</summary>
    public void Contains(string column, string? text)
    {
        if (text is not null)
        {
            var escaped = text.Replace(@"\", @"\\", StringComparison.Ordinal)
                .Replace("%", @"\%", StringComparison.Ordinal)
                .Replace("_", @"\_", StringComparison.Ordinal);
            _texts.Add($"%{escaped}%");
            _conditions.Add($@"{column} LIKE ?{_texts.Count} ESCAPE '\'");
        }
    }

    /// <summary>
    /// An attribute of the row, of its resource or of its scope (<c>otel.scope.name</c> and <c>otel.scope.version</c> too) is that text;
    /// numbers and flags as JSON has them.
    /// </summary>
    /// <param name="attribute">Name and text.</param>
    /// <param name="byResource">The index on resources, which leaves out rows of <see cref="SegmentSchema.FirstResource"/>.</param>
    public void Has(KeyValuePair<string, string> attribute, string byResource)
    {
        var (resources, scopes) = version < SegmentSchema.SourcesSince ? ([], []) : (
            Numbers($"SELECT id FROM resources r WHERE {Among("r.attributes")}", attribute),
            Numbers(
                $"SELECT id FROM scopes p WHERE {Among("p.attributes")} OR (?1 = 'otel.scope.name' AND name = ?2) "
                + "OR (?1 = 'otel.scope.version' AND version = ?2)",
                attribute));
        _texts.Add(attribute.Value);
        var any = Values(attribute.Key, $"?{_texts.Count}");
        var ofResource = $"resource IN ({string.Join(',', resources)})";
        var isIndexed = any.Count == 0 && scopes.Count == 0 && !resources.Contains(SegmentSchema.FirstResource);
        any.AddRange(scopes.Count > 0 ? [$"scope IN ({string.Join(',', scopes)})"] : []);
        any.AddRange(resources.Count > 0 ? [ofResource] : []);
        IsImpossible |= any.Count == 0;
        if (any.Count > 0)
        {
            Holds(isIndexed ? $"{ofResource} AND resource <> {SegmentSchema.FirstResource}" : $"({string.Join(" OR ", any)})",
                isIndexed ? byResource : null);
        }

        static string Among(string json) =>
            $"EXISTS (SELECT 1 FROM json_each({json}) e WHERE e.key = ?1 AND {AsText("e.type", "e.value")} = ?2)";
    }

    /// <summary>Conditions of the row's own attributes: which shapes have the key, and where in them.</summary>
    private List<string> Values(string key, string text)
    {
        using var shapes = database.Prepare(
            "SELECT k.key, group_concat(h.id) FROM shapes h, json_each(h.keys) k WHERE k.value = ? GROUP BY k.key");
        shapes.Bind(1, key);
        var conditions = new List<string>();
        while (shapes.Step())
        {
            var at = $"'$[{shapes.Long(0)}]'";
            conditions.Add($"(shape IN ({shapes.Text(1)}) AND {AsText($"json_type(attributes, {at})", $"attributes ->> {at}")} = {text})");
        }

        return conditions;
    }

    private static string AsText(string type, string value) =>
        $"CASE {type} WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE CAST({value} AS TEXT) END";

    private List<long> Numbers(string sql, KeyValuePair<string, string> attribute)
    {
        using var rows = database.Prepare(sql).Bind(1, attribute.Key).Bind(2, attribute.Value);
        var numbers = new List<long>();
        while (rows.Step())
        {
            numbers.Add(rows.Long(0));
        }

        return numbers;
    }

    /// <summary>The newest rows that meet all of it.</summary>
    /// <param name="columns">What to select.</param>
    /// <param name="table">Table and alias.</param>
    /// <param name="range">Condition on <c>id</c>.</param>
    /// <param name="count">Rows at most.</param>
    public Statement Newest(string columns, string table, string range, int count)
    {
        var rows = database.Prepare(
            $"SELECT {columns} FROM {table}{Lead(table, range)} "
            + $"WHERE {string.Join(" AND ", _conditions.Append(range))} ORDER BY id DESC LIMIT {count}");
        for (var i = 0; i < _texts.Count; i++)
        {
            rows.Bind(i + 1, _texts[i]);
        }

        return rows;
    }

    private string Lead(string table, string range)
    {
        var (fewest, leader) = (long.MaxValue, "");
        foreach (var (index, condition) in _indexed.Where(i => Exists(i.Index)))
        {
            var by = $" INDEXED BY {index}";
            var rows = database.QueryLong($"SELECT count(*) FROM (SELECT 1 FROM {table}{by} WHERE {condition} AND {range} LIMIT {Common})");
            if (rows < fewest)
            {
                (fewest, leader) = (rows, by);
            }
        }

        // A search through text looks at most rows of a common value all the same, and the table's own order is the quicker way to them.
        return _texts.Count > 0 && fewest == Common ? "" : leader;
    }

    private bool Exists(string index) =>
        database.QueryLong($"SELECT count(*) FROM sqlite_master WHERE type = 'index' AND name = '{index}'") > 0;
}
