namespace Orion.Store.Copying;

/// <summary>What the values of a column are.</summary>
internal enum ColumnKind
{
    /// <summary>Whatever SQLite has: each value may be of another kind.</summary>
    Any,
    Text,
    Boolean,
    Int16,
    Int32,
    Int64,
    Single,
    Double,
    Bytes,
}

/// <summary>A column, as its database describes it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type it was declared with.</param>
/// <param name="Kind">What its values are; null for a type that a copy cannot carry.</param>
/// <param name="IsGenerated">Whether it is computed of others.</param>
/// <param name="HasDefault">Whether a row can be stored without it.</param>
/// <param name="IsIdentity">Whether the database numbers it.</param>
/// <param name="KeyPlace">Its place in the primary key, from 1; 0 when it is not in it.</param>
internal sealed record CopyColumn(
    string Name, string Type, ColumnKind? Kind, bool IsGenerated, bool HasDefault, bool IsIdentity, int KeyPlace)
{
    /// <summary>SQLite numbers its rows without a column for it; where the other engine has one of this name, it is that.</summary>
    public const string RowNumber = "rowid";
}

/// <summary>A table, as its database describes it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="HasRowNumber">Whether its rows have a number that is no column.</param>
/// <param name="Columns">Its columns.</param>
internal sealed record CopyTable(string Name, bool HasRowNumber, IReadOnlyList<CopyColumn> Columns);

/// <summary>What is read or written of a table on one side.</summary>
/// <param name="Name">The table's name on this side.</param>
/// <param name="Columns">The columns' names on this side.</param>
/// <param name="Kinds">What their values have to be; the same on both sides.</param>
/// <param name="Key">Which of them are the source's primary key; none when it has none.</param>
internal sealed record TableView(string Name, IReadOnlyList<string> Columns, IReadOnlyList<ColumnKind> Kinds, IReadOnlyList<int> Key)
{
    /// <summary>The table whose rows are in one order on both sides, and are compared in it.</summary>
    public bool IsJournal => Name == "journal";

    public string ColumnList => string.Join(", ", Columns.Select(Quoted));

    public string KeyList => string.Join(", ", Key.Select(k => Quoted(Columns[k])));

    public static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>Names a row, by its key, for a message.</summary>
    public string RowName(Func<int, object?> cell) => Key.Count == 0
        ? "a row"
        : string.Join(", ", Key.Select(k => $"{Columns[k]} {Shown(cell(k))}"));

    public static string Shown(object? value)
    {
        var text = value switch
        {
            null => "NULL",
            byte[] bytes => $"x'{Convert.ToHexStringLower(bytes.AsSpan(0, Math.Min(bytes.Length, 40)))}'",
            string s => $"'{s}'",
            _ => Convert.ToString(value)!,
        };
        return text.Length > 100 ? text[..100] + "..." : text;
    }
}

/// <summary>A table of the source and its counterpart.</summary>
internal sealed record TablePlan(TableView Source, TableView Target)
{
    public string Name => Source.Name;

    /// <summary>The tables to copy.</summary>
    /// <exception cref="StoreCopyException">Something of the source would have no place in the target.</exception>
    public static async Task<IReadOnlyList<TablePlan>> MakeAsync(CopySide source, CopySide target)
    {
        var to = (await target.TablesAsync()).ToDictionary(t => t.Name, StringComparer.OrdinalIgnoreCase);
        var plans = new List<TablePlan>();
        foreach (var table in await source.TablesAsync())
        {
            if (to.TryGetValue(table.Name, out var counterpart))
            {
                plans.Add(Of(table, counterpart, target));
            }
            else if (await source.CountAsync(table.Name) > 0)
            {
                throw new StoreCopyException(
                    $"Table {table.Name} of {source.Name} has rows, and {target.Name} has no such table: no migration makes it there.");
            }
        }

        return plans;
    }

    private static TablePlan Of(CopyTable source, CopyTable target, CopySide targetSide)
    {
        var pairs = new List<Pair>();
        foreach (var column in source.Columns.Where(c => !c.IsGenerated))
        {
            var other = target.Columns.FirstOrDefault(c => Same(c, column));
            if (other is null && !(column.Name == CopyColumn.RowNumber && target.HasRowNumber))
            {
                throw new StoreCopyException($"Column {column.Name} of table {source.Name} is missing in {targetSide.Name}.");
            }

            if (other is { IsGenerated: true })
            {
                throw new StoreCopyException(
                    $"Column {column.Name} of table {source.Name} is computed in {targetSide.Name}, and is not in the source.");
            }

            pairs.Add(new Pair(
                column.Name, other?.Name ?? CopyColumn.RowNumber, KindOf(source.Name, column, other), column.KeyPlace));
        }

        foreach (var column in target.Columns.Where(c => !c.IsGenerated && !source.Columns.Any(s => Same(s, c))))
        {
            if (column.Name == CopyColumn.RowNumber && source.HasRowNumber)
            {
                pairs.Add(new Pair(CopyColumn.RowNumber, column.Name, column.Kind ?? ColumnKind.Int64, 0));
            }
            else if (!column.HasDefault)
            {
                throw new StoreCopyException(
                    $"Column {column.Name} of table {target.Name} in {targetSide.Name} must have a value; the source has no such column.");
            }
        }

        // Both engines take what came first first.
        if (source.HasRowNumber && target.HasRowNumber)
        {
            pairs.Add(new Pair(CopyColumn.RowNumber, CopyColumn.RowNumber, ColumnKind.Int64, 0));
        }

        // In one order, whichever engine it comes from: so a checksum can be compared with that of another copy.
        pairs = [.. pairs.OrderBy(p => p.From.ToLowerInvariant(), StringComparer.Ordinal)];

        // Without the whole key rows cannot be told apart.
        var isWhole = pairs.Count(p => p.KeyPlace > 0) == source.Columns.Count(c => c.KeyPlace > 0);
        int[] key = isWhole
            ? [.. Enumerable.Range(0, pairs.Count).Where(i => pairs[i].KeyPlace > 0).OrderBy(i => pairs[i].KeyPlace)]
            : [];
        ColumnKind[] kinds = [.. pairs.Select(p => p.Kind)];
        return new TablePlan(
            new TableView(source.Name, [.. pairs.Select(p => p.From)], kinds, key),
            new TableView(target.Name, [.. pairs.Select(p => p.To)], kinds, key));
    }

    private static bool Same(CopyColumn one, CopyColumn other) => one.Name.Equals(other.Name, StringComparison.OrdinalIgnoreCase);

    private static ColumnKind KindOf(string table, CopyColumn source, CopyColumn? target)
    {
        if (source.Kind is not { } from)
        {
            throw Unknown(table, source);
        }

        var to = target is null ? from : target.Kind ?? throw Unknown(table, target);
        return to == ColumnKind.Any ? from
            : from == ColumnKind.Any || from == to ? to
            : throw new StoreCopyException(
                $"Column {source.Name} of table {table} is {source.Type} in the source and {target!.Type} in the target.");
    }

    private static StoreCopyException Unknown(string table, CopyColumn column) => new(
        $"Column {column.Name} of table {table} is {column.Type}, which a copy cannot carry: it knows text, integers, floating point "
        + "numbers, booleans and bytes.");

    private sealed record Pair(string From, string To, ColumnKind Kind, int KeyPlace);
}
