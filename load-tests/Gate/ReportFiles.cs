namespace OrionPlatform.LoadTests;

/// <summary>Shows a report and writes its files.</summary>
internal static class ReportFiles
{
    public const string Json = "slo-gate.json";
    public const string JUnit = "slo-gate.junit.xml";
    public const string Markdown = "slo-gate.md";

    private static readonly HashSet<int> s_firstLeft = [0];
    private static readonly HashSet<int> s_verdictsLeft = [0, 1, 2, 3, 5];

    public static void Print(GateReport report, TextWriter output)
    {
        output.WriteLine();
        output.WriteLine("SLO gate: " + report.Title);
        output.WriteLine(GateReport.Clock);
        WriteIndented(Text.Columns(report.CallRows, s_firstLeft), output);
        output.WriteLine(report.LagLine);
        output.WriteLine(report.EndToEndLine);
        WriteIndented(Text.Columns(report.VerdictRows, s_verdictsLeft), output);
        output.WriteLine("SLO gate: " + GateReport.Word(report.Result.Outcome));
    }

    public static void Write(GateReport report, string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, Json), JsonReport.Of(report));
        JUnitReport.Of(report).Save(Path.Combine(folder, JUnit));
        File.WriteAllText(Path.Combine(folder, Markdown), MarkdownReport.Of(report));
    }

    private static void WriteIndented(IEnumerable<string> lines, TextWriter output)
    {
        output.WriteLine();
        foreach (var line in lines)
        {
            output.WriteLine("  " + line);
        }

        output.WriteLine();
    }
}
