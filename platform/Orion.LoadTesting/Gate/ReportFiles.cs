using Spectre.Console;

namespace Orion.LoadTesting.Gate;

/// <summary>Shows a report and writes its files.</summary>
internal static class ReportFiles
{
    public const string Json = "slo-gate.json";
    public const string JUnit = "slo-gate.junit.xml";
    public const string Markdown = "slo-gate.md";

    private static readonly HashSet<int> s_firstLeft = [0];
    private static readonly HashSet<int> s_verdictsLeft = [0, 1, 2, 3, 5];

    public static void Print(GateReport report, IAnsiConsole console)
    {
        console.WriteLine();
        console.WriteLine("SLO gate: " + report.Title);
        console.WriteLine(GateReport.Clock);
        console.Write(Table(report.CallRows, s_firstLeft, console));
        foreach (var note in report.Notes)
        {
            console.WriteLine(note);
        }

        console.Write(Table(report.VerdictRows, s_verdictsLeft, console));
        console.WriteLine("SLO gate: " + GateReport.Word(report.Result.Outcome), Look(GateReport.Word(report.Result.Outcome)));
    }

    public static void Write(GateReport report, string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, Json), JsonReport.Of(report));
        JUnitReport.Of(report).Save(Path.Combine(folder, JUnit));
        File.WriteAllText(Path.Combine(folder, Markdown), MarkdownReport.Of(report));
    }

    private static Table Table(IReadOnlyList<IReadOnlyList<string>> rows, HashSet<int> left, IAnsiConsole console)
    {
        var table = new Table { Border = console.Profile.Out.IsTerminal ? TableBorder.Rounded : TableBorder.Ascii2 };
        foreach (var (name, i) in rows[0].Select((name, i) => (name, i)))
        {
            var heading = new Text(name);
            table.AddColumn(new TableColumn(heading) { Alignment = left.Contains(i) ? Justify.Left : Justify.Right });
        }

        foreach (var row in rows.Skip(1))
        {
            table.AddRow(row.Select(cell => new Text(cell, Look(cell))));
        }

        return table;
    }

    private static Style Look(string cell) => cell switch
    {
        "PASS" => new Style(Color.Green),
        "FAIL" => new Style(Color.Red, decoration: Decoration.Bold),
        "INVALID" => new Style(Color.Yellow),
        _ => Style.Plain,
    };
}
