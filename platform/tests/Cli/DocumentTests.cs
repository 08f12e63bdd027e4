using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Orion.Cli.Tests;

/// <summary>docs/telemetry.md is true.</summary>
public sealed partial class DocumentTests(SampleTelemetry telemetry) : IClassFixture<SampleTelemetry>
{
    private static readonly string s_document = File.ReadAllText(
        typeof(DocumentTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "TelemetryDocument").Value!);

    public static TheoryData<string> Titles => [.. Queries().Keys];

    [Fact]
    public void There_are_ten_queries() => Assert.Equal(10, Queries().Count);

    [Theory]
    [MemberData(nameof(Titles))]
    public async Task Every_query_runs_and_finds_something(string title) => Assert.NotEmpty(await RowsAsync(Queries()[title]));

    [Fact]
    public async Task The_slowest_routes_have_the_percentiles_of_their_requests()
    {
        var slowest = (await RowsAsync(Queries()["1. The slowest routes of the last hour"]))[0];

        Assert.Equal("/v1/slow", slowest.GetProperty("route").GetString());
        Assert.Equal(200, slowest.GetProperty("requests").GetInt64());
        Assert.InRange(slowest.GetProperty("p50_ms").GetDouble(), 99, 102);
        Assert.InRange(slowest.GetProperty("p95_ms").GetDouble(), 188, 192);
        Assert.InRange(slowest.GetProperty("p99_ms").GetDouble(), 196, 200);
    }

    [Fact]
    public async Task The_queries_find_what_was_recorded()
    {
        Assert.Equal(["GET /v1/things", "api.things.load"], (await RowsAsync(Queries()["4. One trace"]))
            .Select(r => r.GetProperty("name").GetString()!));
        Assert.Equal(["Loading", "The store is gone\u001b[31m"], (await RowsAsync(Queries()["5. Logs around the latest error"]))
            .Select(r => r.GetProperty("message").GetString()!));
        Assert.Equal(["lost"], (await RowsAsync(Queries()["6. Stale heartbeats"])).Select(r => r.GetProperty("worker").GetString()!));
        Assert.Equal("""{"signed_up":2,"made_a_project":1,"allocated":1,"percent":50}""",
            Assert.Single(await RowsAsync(Queries()["8. A funnel"])).GetRawText());
        var fact = Assert.Single(await RowsAsync(Queries()["10. An entity's facts and the requests and jobs that made them"]));
        Assert.Equal(SampleTelemetry.Trace, fact.GetProperty("trace_id").GetString());
        var error = Assert.Single(await RowsAsync(Queries()["3. Errors by code and tenant"]));
        Assert.Equal(("store_unavailable", "acme"), (error.GetProperty("error_code").GetString(), error.GetProperty("tenant").GetString()));
    }

    [Fact]
    public async Task Every_table_and_every_column_is_described()
    {
        var sections = Sections().ToDictionary(s => s.Name, s => s.Text);
        var tables = await CommandRun.OfAsync("tables", "--format", "json", "--data", telemetry.Directory);
        foreach (var table in JsonDocument.Parse(tables.Output).RootElement.EnumerateArray()
            .Select(t => t.GetProperty("table").GetString()!).Where(t => !t.EndsWith(".*", StringComparison.Ordinal)))
        {
            Assert.Contains($"`{table}`", s_document.Replace($"### {table}", $"`{table}`", StringComparison.Ordinal)
                .Replace("rollups_minute, rollups_hour", "`rollups_minute` `rollups_hour`", StringComparison.Ordinal)
                .Replace(", loss_drops", "`loss_drops`", StringComparison.Ordinal), StringComparison.Ordinal);
            if (sections.TryGetValue(table, out var section) && table != "spans")
            {
                var columns = await RowsAsync($"SELECT name FROM pragma_table_info('{table}') WHERE name <> 'process'");
                Assert.NotEmpty(columns);
                Assert.All(columns, c => Assert.Contains($"`{c.GetProperty("name").GetString()}`", section, StringComparison.Ordinal));
            }
        }
    }

    private static Dictionary<string, string> Queries() =>
        Query().Matches(s_document).ToDictionary(m => m.Groups["title"].Value, m => m.Groups["sql"].Value);

    private static IEnumerable<(string Name, string Text)> Sections() =>
        s_document.Split("\n### ").Skip(1).SelectMany(s => s.Split('\n', 2)[0].Split(", ").Select(name => (name, s)));

    private async Task<List<JsonElement>> RowsAsync(string sql)
    {
        var run = await CommandRun.OfAsync("sql", sql, "--format", "json", "--data", telemetry.Directory);
        Assert.True(run.ExitCode == 0 && run.Notes.Length == 0, run.Notes);
        return [.. JsonDocument.Parse(run.Output).RootElement.EnumerateArray()];
    }

    [GeneratedRegex(@"### (?<title>\d+\. [^\n]+)\n([^#`][^\n]*\n)*```sql\n(?<sql>[^`]+)```",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Query();
}
