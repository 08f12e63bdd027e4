using System.Text;

namespace OrionPlatform.Sink.Cli;

/// <summary>Aligned columns, numbers to the right. Long text is cut, and nothing in it can steer the terminal.</summary>
internal sealed class TablePrinter(TextWriter output) : RowPrinter
{
    private const int MaxWidth = 100;

    // Bounded by --limit: widths are known only when all rows are.
    private readonly List<string[]> _rows = [];
    private bool[] _isNumber = [];

    public override void Begin(string[] columns)
    {
        _rows.Add(Array.ConvertAll(columns, Cell));
        _isNumber = Array.ConvertAll(columns, _ => true);
    }

    public override void Row(object?[] values)
    {
        _rows.Add(Array.ConvertAll(values, v => Cell(Text(v))));
        for (var i = 0; i < values.Length; i++)
        {
            _isNumber[i] &= values[i] is null or long or double;
        }
    }

    public override void End()
    {
        var widths = _isNumber.Select((_, i) => _rows.Max(r => r[i].Length)).ToArray();
        Line(_rows[0], widths);
        output.WriteLine(string.Join("  ", widths.Select(w => new string('-', w))));
        foreach (var row in _rows.Skip(1))
        {
            Line(row, widths);
        }

        output.WriteLine(_rows.Count == 2 ? "(1 row)" : $"({_rows.Count - 1} rows)");
    }

    private static string Cell(string text)
    {
        var cell = new StringBuilder(Math.Min(text.Length, MaxWidth + 1));
        foreach (var character in text.AsSpan(0, Math.Min(text.Length, MaxWidth)))
        {
            cell.Append(char.IsControl(character) ? ' ' : character);
        }

        return text.Length > MaxWidth ? cell.Append('…').ToString() : cell.ToString();
    }

    private void Line(string[] row, int[] widths) =>
        output.WriteLine(string.Join("  ", row.Select((cell, i) => _isNumber[i] ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]))).TrimEnd());
}
