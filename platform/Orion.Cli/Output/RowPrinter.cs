using System.Globalization;

namespace Orion.Cli.Output;

/// <summary>Prints rows as they come.</summary>
internal abstract class RowPrinter
{
    public static RowPrinter To(TextWriter output, string format) => format switch
    {
        "json" => new JsonPrinter(output),
        "csv" => new CsvPrinter(output),
        _ => new TablePrinter(Terminal.On(output)),
    };

    public abstract void Begin(string[] columns);

    public abstract void Row(object?[] values);

    public abstract void End();

    protected static string Text(object? value) => value switch
    {
        null => "",
        double number => number.ToString("0.######", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
