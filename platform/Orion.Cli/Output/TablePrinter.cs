using System.Text;
using Spectre.Console;

namespace Orion.Cli.Output;

/// <summary>
/// Tables for people. On a terminal long values wrap, and rows that are too wide for it are shown one below the other; elsewhere each
/// row is one line, whole. Nothing in a value can steer the terminal.
/// </summary>
/// <param name="console">Where they go.</param>
/// <param name="isTerminal">Whether somebody looks at it in a window of some width.</param>
internal sealed class TablePrinter(IAnsiConsole console, bool isTerminal) : RowPrinter
{
    // Bounds what is in memory: widths are known only when all rows of a table are.
    private const int RowsPerTable = 1_000;
    private const int MaxCharacters = 1_000;

    // A column that is narrower than its values has to be at least this wide to be read.
    private const int MinColumn = 12;
    private const int ColumnFrame = 3;
    private const int GridGap = 4;
    private const string Null = "NULL";

    private static readonly Style s_null = new(decoration: Decoration.Dim);
    private readonly List<string?[]> _rows = [];
    private string[] _columns = [];
    private bool[] _isNumber = [];
    private int _printed;

    public TablePrinter(IAnsiConsole console)
        : this(console, console.Profile.Out.IsTerminal)
    {
    }

    public override void Begin(string[] columns)
    {
        _columns = Array.ConvertAll(columns, Cell);
        _isNumber = Array.ConvertAll(columns, _ => true);
    }

    public override void Row(object?[] values)
    {
        if (_rows.Count == RowsPerTable)
        {
            Print();
        }

        _rows.Add(Array.ConvertAll(values, v => v is null ? null : Cell(Text(v))));
        for (var i = 0; i < values.Length; i++)
        {
            _isNumber[i] &= values[i] is null or long or double;
        }
    }

    public override void End()
    {
        if (_rows.Count > 0 || _printed == 0)
        {
            Print();
        }

        console.WriteLine(_printed == 1 ? "(1 row)" : $"({_printed} rows)");
    }

    private static Text Shown(string? cell, int width) =>
        cell is null ? new Text(Null, s_null) : new Text(CellText.Wrap(cell, Math.Max(width, 1)));

    private void Print()
    {
        var widths = Widths();
        if (!isTerminal || widths.Sum(w => Math.Min(w, MinColumn) + ColumnFrame) < console.Profile.Width)
        {
            console.Write(AsTable(isTerminal ? Share(widths) : widths));
        }
        else
        {
            foreach (var (row, i) in _rows.Select((row, i) => (row, i)))
            {
                PrintBelow(_printed + i + 1, row);
            }
        }

        _printed += _rows.Count;
        _rows.Clear();
    }

    /// <summary>How many cells each column would like to have.</summary>
    private int[] Widths() =>
        [.. _columns.Select((name, i) => _rows.Select(r => CellText.Width(r[i] ?? Null)).Append(CellText.Width(name)).Max())];

    /// <summary>What each column gets of the terminal: where that is too little for all, the wide ones get the same.</summary>
    private int[] Share(int[] widths)
    {
        var room = console.Profile.Width - 1 - (ColumnFrame * widths.Length);
        var most = widths.Max();
        while (most > MinColumn && widths.Sum(w => Math.Min(w, most)) > room)
        {
            most--;
        }

        return Array.ConvertAll(widths, w => Math.Min(w, most));
    }

    private Table AsTable(int[] widths)
    {
        var table = new Table { Border = isTerminal ? TableBorder.Rounded : TableBorder.Ascii2 };
        foreach (var (name, isNumber, width) in _columns.Zip(_isNumber, widths))
        {
            table.AddColumn(new TableColumn(Shown(name, width)) { Alignment = isNumber ? Justify.Right : Justify.Left });
        }

        foreach (var row in _rows)
        {
            table.AddRow(row.Select((cell, i) => Shown(cell, widths[i])));
        }

        return table;
    }

    private void PrintBelow(int number, string?[] row)
    {
        var values = new Grid().AddColumns(2);
        var names = Math.Min(_columns.Max(CellText.Width), console.Profile.Width / 2);
        foreach (var (name, cell) in _columns.Zip(row))
        {
            values.AddRow(Shown(name, names), Shown(cell, console.Profile.Width - names - GridGap));
        }

        console.Write(new Rule($"row {number}").LeftJustified());
        console.Write(values);
    }

    private string Cell(string text)
    {
        var cut = isTerminal && text.Length > MaxCharacters;
        var cell = new StringBuilder(cut ? CellText.Beginning(text, MaxCharacters) : text);
        for (var i = 0; i < cell.Length; i++)
        {
            cell[i] = cell[i] switch
            {
                '\n' when isTerminal => '\n',
                < ' ' => (char)('␀' + cell[i]),
                '\u007f' => '␡',
                >= '\u0080' and < '\u00a0' => '\ufffd',
                var character => character,
            };
        }

        return cut ? cell.Append('…').ToString() : cell.ToString();
    }
}
