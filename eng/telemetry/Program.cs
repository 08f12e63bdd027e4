using System.Globalization;
using System.Text.Json;
using OrionPlatform.Sink;

// Asks the telemetry in SQL, read-only: `dotnet run --project eng/telemetry -- sql "SELECT ..."`. docs/telemetry.md has the tables and ten queries.
const string Usage = """
    usage: telemetry sql "SELECT ..." [--directory PATH] [--day YYYY-MM-DD | --days N] [--json]

      --directory  the sink's folder (default: $ORION_TELEMETRY, or .data/telemetry)
      --day        the day whose raw rows are asked (default: today, UTC)
      --days       so many days back from today, all processes' rows together; at most 10 files
      --json       one JSON object a row instead of a table

    The tables of telemetry.db stand under their own names; those of the day segments do too, all processes and days asked put together.
    """;

if (args is not ["sql", var sql, .. var rest])
{
    Console.Error.WriteLine(Usage);
    return 2;
}

try
{
    var (directory, from, to, json) = Parse(rest);
    var result = TelemetrySql.Run(directory, from, to, sql);
    foreach (var left in result.LeftOut)
    {
        Console.Error.WriteLine($"not asked: {left}");
    }

    if (json)
    {
        PrintJson(result);
    }
    else
    {
        PrintTable(result);
    }

    return 0;
}
catch (Exception exception) when (exception is ArgumentException or FormatException or TelemetryReadException)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}

static (string Directory, DateOnly From, DateOnly To, bool Json) Parse(string[] options)
{
    var directory = Environment.GetEnvironmentVariable("ORION_TELEMETRY") ?? Path.Combine(".data", "telemetry");
    var today = DateOnly.FromDateTime(DateTime.UtcNow);
    var (from, to, json) = (today, today, false);
    for (var i = 0; i < options.Length; i++)
    {
        string Value() => ++i < options.Length ? options[i] : throw new FormatException($"{options[i - 1]} needs a value.");
        switch (options[i])
        {
            case "--directory":
                directory = Value();
                break;
            case "--day":
                from = to = DateOnly.TryParseExact(Value(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
                    ? day : throw new FormatException("--day must be a day as 2026-11-21.");
                break;
            case "--days":
                from = today.AddDays(1 - (int.TryParse(Value(), out var days) && days is >= 1 and <= 365 ? days : throw new FormatException("--days must be a number from 1 to 365.")));
                break;
            case "--json":
                json = true;
                break;
            default:
                throw new FormatException($"'{options[i]}' is not an option.\n{Usage}");
        }
    }

    return (directory, from, to, json);
}

static void PrintJson(SqlResult result)
{
    foreach (var row in result.Rows)
    {
        Console.WriteLine(JsonSerializer.Serialize(result.Columns.Zip(row).ToDictionary(p => p.First, p => p.Second)));
    }
}

static void PrintTable(SqlResult result)
{
    const int Widest = 60;
    var rows = result.Rows.Select(r => r.Select(Cell).ToArray()).ToList();
    var widths = result.Columns.Select((c, i) => Math.Min(Widest, rows.Select(r => r[i].Length).Append(c.Length).Max())).ToArray();
    Console.WriteLine(string.Join("  ", result.Columns.Select((c, i) => c.PadRight(widths[i]))));
    Console.WriteLine(string.Join("  ", widths.Select(w => new string('-', w))));
    foreach (var row in rows)
    {
        Console.WriteLine(string.Join("  ", row.Select((c, i) => (c.Length > Widest ? c[..(Widest - 1)] + "…" : c).PadRight(widths[i]))).TrimEnd());
    }

    Console.WriteLine($"({rows.Count} rows)");

    static string Cell(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture)?.ReplaceLineEndings(" ") ?? "";
}
