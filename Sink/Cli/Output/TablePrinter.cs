using System.Text;
using Spectre.Console;

namespace OrionPlatform.Sink.Cli;

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

    private static Text Shown(string? cell) => cell is null ? new Text("NULL", s_null) : new Text(cell);

    private void Print()
    {
        if (Fits())
        {
            console.Write(AsTable());
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

    private bool Fits()
    {
        var widths = _columns.Select((name, i) => _rows.Select(r => r[i]?.Length ?? 0).Append(name.Length).Max());
        return !isTerminal || widths.Sum(w => Math.Min(w, MinColumn) + ColumnFrame) < console.Profile.Width;
    }

    private Table AsTable()
    {
        var table = new Table { Border = isTerminal ? TableBorder.Rounded : TableBorder.Ascii2 };
        foreach (var (name, isNumber) in _columns.Zip(_isNumber))
        {
            table.AddColumn(new TableColumn(new Text(name)) { Alignment = isNumber ? Justify.Right : Justify.Left });
        }

        foreach (var row in _rows)
        {
            table.AddRow(row.Select(Shown));
        }

        return table;
    }

    private void PrintBelow(int number, string?[] row)
    {
        var values = new Grid().AddColumns(2);
        foreach (var (name, cell) in _columns.Zip(row))
        {
            values.AddRow(new Text(name), Shown(cell));
        }

        console.Write(new Rule($"row {number}").LeftJustified());
        console.Write(values);
    }

    private string Cell(string text)
    {
        var cut = isTerminal && text.Length > MaxCharacters;
        var cell = new StringBuilder(text, 0, cut ? MaxCharacters : text.Length, text.Length + 1);
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
