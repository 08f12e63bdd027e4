using System.Diagnostics;
using System.Text.Json;

namespace Orion.Cli.Tests;

public sealed class SqlTests(SampleTelemetry telemetry) : IClassFixture<SampleTelemetry>
{
    [Fact]
    public async Task Attributes_are_an_object_whose_values_keep_their_types()
    {
        var run = await SqlAsync(
            $"SELECT attributes, span_id FROM http_request_logs WHERE trace_hi = trace_hi('{SampleTelemetry.Trace}')", "--format", "json");

        var row = JsonDocument.Parse(run.Output).RootElement[0];
        Assert.Equal("""{"db.system":"sqlite","rows":3,"quoted":"say \"hi\", then\ngo"}""", row.GetProperty("attributes").GetString());
        Assert.Matches("^[0-9a-f]{16}$", row.GetProperty("span_id").GetString());
    }

    [Fact]
    public async Task A_correlation_id_that_is_the_trace_id_is_shown_and_found()
    {
        var run = await SqlAsync(
            $"SELECT name, correlation_id = trace_id AS same FROM http_request_logs WHERE correlation_id = '{SampleTelemetry.Trace}'",
            "--format", "csv");

        Assert.Equal("name,same\r\nGET /v1/things,1\r\n", run.Output);
    }

    [Fact]
    public async Task Percentiles_of_two_groups_and_of_two_ranks_are_kept_apart()
    {
        var run = await SqlAsync(
            "SELECT name, round(p(durations, 100)) AS p100, round(p(durations, 50)) AS p50 FROM rollups_hour " +
                "WHERE about = 'route' AND name <> '/v1/things' GROUP BY name ORDER BY name",
            "--format", "csv");

        Assert.Equal(["name,p100,p50", "/v1/quick,1,1"], run.Lines[..2]);
        Assert.Matches("^/v1/slow,(199|200|201),(99|100|101)$", run.Lines[2]);
    }

    [Fact]
    public async Task Percentiles_of_a_metric_are_in_its_own_unit()
    {
        var run = await SqlAsync(
            "SELECT round(pv(distribution, 50)) AS p50, round(max(p95)) > 90 AS most FROM metric_rollups_minute " +
                "WHERE name = 'queue.depth' GROUP BY name",
            "--format", "csv");

        Assert.Equal("50,1", run.Lines[1]);
    }

    [Fact]
    public async Task Arrays_and_objects_can_be_taken_apart()
    {
        var run = await SqlAsync(
            "SELECT a.key, a.type FROM canonical_lines l, json_each(l.attributes) a " +
                $"WHERE l.trace_id = '{SampleTelemetry.Trace}' ORDER BY a.id",
            "--format", "csv");

        Assert.Equal(["key,type", "db.system,text", "rows,integer", "quoted,text"], run.Lines);
    }

    [Fact]
    public async Task Csv_quotes_what_needs_it()
    {
        var run = await SqlAsync("SELECT 'a,b' AS first, 'say \"hi\"' AS second, NULL AS third, 1.5 AS first", "--format", "csv");

        Assert.Equal("first,second,third,first_2\r\n\"a,b\",\"say \"\"hi\"\"\",,1.5\r\n", run.Output);
    }

    [Fact]
    public async Task More_rows_than_the_limit_are_left_out_and_it_says_so()
    {
        var run = await SqlAsync("SELECT name FROM http_request_logs", "--limit", "3", "--format=csv");

        Assert.Equal(4, run.Lines.Length);
        Assert.Contains("Only the first 3 rows", run.Notes, StringComparison.Ordinal);
        Assert.Equal("", (await SqlAsync("SELECT message FROM logs", "--limit", "2")).Notes);
    }

    [Fact]
    public async Task A_range_of_times_leaves_out_the_rows_outside_of_it()
    {
        Assert.Equal("401", await CountAsync("http_request_logs", "--from", telemetry.Day, "--to", telemetry.Day));
        Assert.Equal("0", await CountAsync("http_request_logs", "--to", telemetry.Day + "T00:00Z"));
        Assert.Equal("0", await CountAsync("facts", "--from", DateTime.UtcNow.AddDays(1).ToString("yyyy-MM-dd")));
        Assert.Equal("0", await CountAsync("logs", "--process", "nobody"));
    }

    [Theory]
    [InlineData("DELETE FROM audit_log", "DELETE")]
    [InlineData("UPDATE central.facts SET type = 'x'", "UPDATE")]
    [InlineData("DROP TABLE central.facts", "DROP")]
    [InlineData("CREATE TABLE t (a)", "CREATE")]
    [InlineData("ATTACH 'x.db' AS x", "ATTACH")]
    [InlineData("PRAGMA query_only=0", "PRAGMA query_only")]
    [InlineData("PRAGMA central.wal_checkpoint", "PRAGMA wal_checkpoint")]
    [InlineData("WITH t AS (SELECT 1) INSERT INTO central.facts SELECT * FROM central.facts", "WITH")]
    [InlineData("BEGIN IMMEDIATE", "BEGIN")]
    public async Task What_is_not_a_query_is_refused_and_changes_nothing(string sql, string what)
    {
        var run = await SqlAsync(sql);

        Assert.Equal((2, "", $"This command only reads: {what} is refused.\n"), (run.ExitCode, run.Output, run.Notes));
        Assert.Equal("1", await CountAsync("facts"));
    }

    [Theory]
    [InlineData("SELECT nope FROM spans", "no such column: nope")]
    [InlineData("SELEC 1", "near \"SELEC\": syntax error")]
    [InlineData("SELECT p(durations, 101) FROM rollups_minute", "percent has to be above 0 and at most 100, not 101")]
    [InlineData("SELECT pv(distribution, 0) FROM metric_rollups_minute",
        "pv(distribution, percent): percent has to be above 0 and at most 100, not 0")]
    [InlineData("SELECT ns('yesterday')", "'yesterday' is neither a day, a time nor 'now'")]
    [InlineData("SELECT 1; SELECT 2", "Only one statement at a time")]
    [InlineData("-- nothing", "There is no statement in it")]
    public async Task A_statement_that_cannot_be_run_is_answered_with_the_reason(string sql, string reason)
    {
        var run = await SqlAsync(sql);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(reason, run.Notes, StringComparison.Ordinal);
        Assert.Single(run.Notes.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("--format", "xml", "--format has to be table, json or csv, not 'xml'.")]
    [InlineData("--from", "soon", "--from has to be a day (2026-11-20) or a time (2026-11-20T08:30Z), not 'soon'.")]
    [InlineData("--limit", "0", "--limit has to be a number from 1 to 1000000, not '0'.")]
    [InlineData("--limit", "-5", "--limit has to be a number from 1 to 1000000, not '-5'.")]
    [InlineData("--timeout", "3601", "--timeout has to be a number from 1 to 3600, not '3601'.")]
    [InlineData("--colour", "red", "Unrecognized command or argument '--colour'.")]
    [InlineData("--data", "/nowhere", "There is no telemetry in /nowhere.")]
    [InlineData("--data", "", "--data needs a value.")]
    public async Task An_option_that_is_wrong_is_named(string option, string value, string reason)
    {
        var run = await CommandRun.OfAsync("sql", "SELECT 1", option, value);

        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.StartsWith(reason, run.Notes, StringComparison.Ordinal);
        Assert.Single(run.Notes.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("Required argument 'STATEMENT' missing", "sql")]
    [InlineData("sql needs a statement", "sql", " ")]
    [InlineData("Required argument missing for option: '--limit'", "sql", "SELECT 1", "--limit")]
    [InlineData("Option '--limit' expects a single argument but 2 were provided", "tables", "--limit", "1", "--limit=2")]
    [InlineData("There is no option --colour", "sql", "--colour", "red", "SELECT 1")]
    [InlineData("Unrecognized command or argument 'two'", "sql", "SELECT 1", "two")]
    [InlineData("Unrecognized command or argument 'sqll'", "sqll", "SELECT 1")]
    [InlineData("--from 2026-02-01T00:00:00.0000000+00:00 is not before", "sql", "SELECT 1", "--from", "2026-02-01", "--to", "2026-01-01")]
    public async Task A_line_that_is_not_understood_says_what_is_wrong_with_it(string reason, params string[] arguments)
    {
        var run = await CommandRun.OfAsync(arguments);

        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.StartsWith(reason, run.Notes, StringComparison.Ordinal);
        Assert.Single(run.Notes.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Help_and_the_version_are_told()
    {
        var help = await CommandRun.OfAsync("sql", "--help");
        var version = await CommandRun.OfAsync("--version");

        Assert.Equal((0, ""), (help.ExitCode, help.Notes));
        Assert.Contains("--timeout <SECONDS>", help.Output, StringComparison.Ordinal);
        Assert.Equal(0, version.ExitCode);
        Assert.Matches(@"^\d+\.\d+\.\d+", version.Output);
        Assert.Equal(2, (await CommandRun.OfAsync()).ExitCode);
    }

    [Theory]
    [InlineData("@limit", "near \"@limit\": syntax error")]
    [InlineData("-5", "near \"-\": syntax error")]
    [InlineData("[suggest]", "near \"[suggest]\": syntax error")]
    public async Task A_statement_is_taken_as_it_is_whatever_it_begins_with(string sql, string reason)
    {
        var run = await SqlAsync(sql);

        Assert.Equal((2, reason + "\n"), (run.ExitCode, run.Notes));
        Assert.Equal(["-5"], (await SqlAsync("-- all\nSELECT -5 AS n", "--format", "csv")).Lines[1..]);
    }

    [Fact]
    public async Task A_comment_may_follow_and_the_statement_may_come_from_standard_input()
    {
        var run = await CommandRun.WithInputAsync(
            "SELECT count(*) AS n FROM logs; -- all of them", "sql", "-", "--format", "csv", "--data", telemetry.Directory);

        Assert.Equal((0, "n\r\n2\r\n"), (run.ExitCode, run.Output));
    }

    [LinuxFact]
    public async Task Where_nothing_more_can_be_printed_it_says_so()
    {
        const string Script = "exec dotnet \"$0\" sql 'SELECT 1' --data \"$1\" > /dev/full";
        var program = Path.Combine(AppContext.BaseDirectory, "Orion.Cli.dll");
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", Script, program, telemetry.Directory])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;

        var run = await CommandRun.EndAsync(shell);
        Assert.Equal((2, 1), (run.ExitCode, run.Notes.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length));
    }

    [Fact]
    public async Task A_query_that_takes_too_long_is_cut_off()
    {
        var run = await SqlAsync(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n", "--timeout", "1");

        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith("Cut off after 1 s.", run.Notes, StringComparison.Ordinal);
    }

    [LinuxFact]
    public async Task A_signal_stops_a_query()
    {
        // SIGTERM, for which the program does what it does for Ctrl+C: a shell that starts tests in the background has SIGINT ignored.
        using var process = CommandRun.Start(
            "sql", "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n WHERE i < 3",
            "--format", "csv", "--timeout", "3600", "--data", telemetry.Directory);
        Assert.Equal("i", await process.StandardOutput.ReadLineAsync());
        Assert.Equal("1", await process.StandardOutput.ReadLineAsync());
        Signals.AskToStop(process);

        var run = await CommandRun.EndAsync(process);
        Assert.Equal((130, "Stopped.\n"), (run.ExitCode, run.Notes));
    }

    private async Task<string> CountAsync(string table, params string[] options) =>
        (await SqlAsync($"SELECT count(*) FROM {table}", [.. options, "--format", "csv"])).Lines[1];

    private Task<CommandRun> SqlAsync(string sql, params string[] options) =>
        CommandRun.OfAsync(["sql", sql, "--data", telemetry.Directory, .. options]);
}
