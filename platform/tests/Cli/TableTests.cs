using System.Text;
using System.Text.RegularExpressions;
using Orion.Cli.Output;
using Spectre.Console.Testing;

namespace Orion.Cli.Tests;

/// <summary>Tables, in a terminal of some width and where there is none.</summary>
public sealed partial class TableTests(SampleTelemetry telemetry) : IClassFixture<SampleTelemetry>
{
    [Fact]
    public async Task A_table_that_is_piped_is_aligned_and_nothing_in_it_steers_the_terminal()
    {
        var run = await SqlAsync("SELECT level, message, level_number AS number, NULL AS missing, '' AS empty FROM logs ORDER BY time_ns");

        Assert.Equal("""
            +-------+------------------------+--------+---------+-------+
            | level | message                | number | missing | empty |
            |-------+------------------------+--------+---------+-------|
            | info  | Loading                |      2 |    NULL |       |
            | error | The store is gone␛[31m |      4 |    NULL |       |
            +-------+------------------------+--------+---------+-------+
            (2 rows)

            """, run.Output);
        Assert.Equal((0, ""), (run.ExitCode, run.Notes));
    }

    [Fact]
    public async Task A_value_that_is_piped_is_one_whole_line_also_where_a_CI_server_says_it_has_colours()
    {
        using var process = CommandRun.Start(
            environment: [("GITHUB_ACTIONS", "true"), ("COLUMNS", "80")],
            "sql", "SELECT printf('%.*c', 50000, 'x') || char(10) || '[red]y[/]' AS value", "--data", telemetry.Directory);
        var run = await CommandRun.EndAsync(process);

        Assert.Contains($"| {new string('x', 50_000)}␊[red]y[/] |", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', run.Output);
    }

    [Fact]
    public async Task More_rows_than_a_table_holds_are_in_several()
    {
        var run = await SqlAsync(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n LIMIT 1001", "--limit", "1001");

        Assert.Equal(2, run.Lines.Count(line => line == "| i    |" || line == "|    i |"));
        Assert.Equal("(1001 rows)", run.Lines[^1]);
    }

    [Fact]
    public void On_a_terminal_long_values_wrap_within_their_column()
    {
        var lines = Terminal(60, printer =>
        {
            printer.Begin(["id", "[red]text[/]"]);
            printer.Row([7L, "first\nthen " + string.Join(' ', Enumerable.Repeat("word", 20))]);
        });

        Assert.All(lines, line => Assert.True(line.Length <= 60, line));
        Assert.Contains(lines, line => line.StartsWith("│  7 │ first  ", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("│ id │ [red]text[/]", StringComparison.Ordinal));
        Assert.Equal(20, Word().Count(string.Concat(lines)));
        Assert.Equal("(1 row)", lines[^1]);
    }

    [Fact]
    public void Rows_too_wide_for_the_terminal_are_shown_one_below_the_other()
    {
        var lines = Terminal(80, printer =>
        {
            printer.Begin([.. Enumerable.Range(0, 24).Select(i => $"column_{i}")]);
            for (var row = 0; row < 2; row++)
            {
                printer.Row([.. Enumerable.Range(0, 24).Select(i => (object?)(i == 3 ? null : $"漢字 {row}/{i}"))]);
            }
        });

        Assert.Equal(2, lines.Count(line => line.Contains("row ", StringComparison.Ordinal)));
        Assert.Contains(lines, line => line.TrimEnd() == "column_23  漢字 1/23");
        Assert.Contains(lines, line => line.TrimEnd() == "column_3   NULL");
        Assert.Equal("(2 rows)", lines[^1]);
    }

    [Fact]
    public void On_a_terminal_no_value_fills_the_screen_or_steers_it()
    {
        var lines = Terminal(100, printer =>
        {
            printer.Begin(["long", "\u001b]0;title\u0007"]);
            printer.Row([new string('x', 100_000), "\u009b31m\r\u007f"]);
        });

        Assert.InRange(lines.Length, 10, 30);
        Assert.Contains(lines, line => line.Contains('…', StringComparison.Ordinal));
        Assert.DoesNotContain(string.Concat(lines), character => char.IsControl(character));
        Assert.Contains("␛]0;title␇", string.Concat(lines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("😀")]
    [InlineData("e\u0301")]
    [InlineData("👩‍👩‍👧‍👦")]
    [InlineData("👍🏽")]
    [InlineData("🇩🇪")]
    [InlineData("漢")]
    [InlineData("नि")]
    public void No_character_is_torn_where_a_value_is_cut_or_wrapped(string character)
    {
        // Each value begins one char later, so that every place of a cut meets every part of the character.
        for (var shift = 0; shift < 14; shift++)
        {
            var text = new string('x', 985 + shift) + string.Concat(Enumerable.Repeat(character, 40));
            foreach (var width in (int[])[40, 60, 61, 62, 63])
            {
                var lines = Terminal(width, printer =>
                {
                    printer.Begin(["id", "value"]);
                    printer.Row([1L, text]);
                });
                var values = lines.Where(l => l.StartsWith('│')).Select(l => l.Split('│')[2].Trim()).Where(l => l.Length > 0).ToList();
                var shown = string.Concat(values.Skip(1));
                Assert.DoesNotContain('\ufffd', Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(string.Concat(lines))));
                Assert.EndsWith("…", shown, StringComparison.Ordinal);
                Assert.StartsWith(shown[..^1], text, StringComparison.Ordinal);
                Assert.Empty(shown[..^1].TrimStart('x').Replace(character, "", StringComparison.Ordinal));
                foreach (var line in lines)
                {
                    Assert.True(new Spectre.Console.Rendering.Segment(line).CellCount() <= width, line);
                }

                Assert.All(values, l => Assert.Contains(l[0], "vx…" + character[0]));
            }
        }
    }

    [Fact]
    public void Columns_of_wide_characters_are_aligned_by_their_cells()
    {
        var lines = Terminal(60, printer =>
        {
            printer.Begin(["a", "b"]);
            printer.Row(["漢字", "x"]);
            printer.Row(["😀", "x"]);
            printer.Row(["e\u0301e", "x"]);
            printer.Row(["abcd", "x"]);
        });

        Assert.Contains(lines, l => l.StartsWith("│ 漢字 │ x │", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("│ 😀   │ x │", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("│ e\u0301e   │ x │", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("│ abcd │ x │", StringComparison.Ordinal));
    }

    private static string[] Terminal(int width, Action<TablePrinter> print)
    {
        using var console = new TestConsole().Width(width);
        var printer = new TablePrinter(console, isTerminal: true);
        print(printer);
        printer.End();
        return [.. console.Lines];
    }

    private Task<CommandRun> SqlAsync(string sql, params string[] options) =>
        CommandRun.OfAsync(["sql", sql, "--data", telemetry.Directory, .. options]);

    [GeneratedRegex("word", RegexOptions.NonBacktracking)]
    private static partial Regex Word();
}
