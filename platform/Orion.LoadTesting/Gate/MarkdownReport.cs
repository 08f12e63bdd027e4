using System.Text;

namespace Orion.LoadTesting.Gate;

/// <summary>The report for a pull request's comment.</summary>
internal static class MarkdownReport
{
    public static string Of(GateReport report)
    {
        var text = new StringBuilder()
            .Append("## SLO gate: ").Append(GateReport.Word(report.Result.Outcome)).Append("\n\n")
            .Append(report.Title).Append(". ").Append(GateReport.Clock).Append("\n\n");
        Table(text, report.VerdictRows);
        Table(text, report.CallRows);
        return text.AppendJoin("\n\n", report.Notes).Append('\n').ToString();
    }

    private static void Table(StringBuilder text, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        foreach (var (row, index) in rows.Select((row, index) => (row, index)))
        {
            text.Append("| ").AppendJoin(" | ", row.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal))).Append(" |\n");
            if (index == 0)
            {
                text.Append('|').Append(string.Concat(Enumerable.Repeat("---|", row.Count))).Append('\n');
            }
        }

        text.Append('\n');
    }
}
