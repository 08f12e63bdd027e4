namespace Orion.Cli.Output;

/// <summary>Comma-separated values as RFC 4180 has them; NULL is empty.</summary>
internal sealed class CsvPrinter(TextWriter output) : RowPrinter
{
    public override void Begin(string[] columns) => Line(columns);

    public override void Row(object?[] values) => Line(Array.ConvertAll(values, Text));

    public override void End() => output.Flush();

    private void Line(string[] cells) => output.Write(string.Join(',', cells.Select(Quoted)) + "\r\n");

    private static string Quoted(string cell) =>
        cell.AsSpan().IndexOfAny(",\"\r\n") >= 0 ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : cell;
}
