namespace OrionPlatform.Sink.Tests;

public sealed class SqlTests
{
    private static readonly DateOnly s_day = new(2026, 1, 5);

    [Fact]
    public async Task One_query_joins_processes_days_and_the_small_tables()
    {
        await using var test = new TestSink();
        await using var worker = test.Open("worker");
        var line = test.Line("/v1/a", 12);
        line.Tenant = "acme";
        line.Attributes = [new("flag", true), new("list", new[] { 1L, 2L }), new("text", "x\"y"), new("none", null)];
        test.Sink.Record(line);
        test.Sink.Record(test.Log("hello"));
        test.Time.Advance(TimeSpan.FromDays(1));
        worker.Record(test.Span(line.TraceId));
        await test.Sink.CopyFactsAsync([new FactRow(1, test.Time.GetUtcNow(), "thing.made", "thing/1", null, "{}", line.TraceId.ToHexString(), null)]);
        await test.Sink.FlushAsync();
        await worker.FlushAsync();

        var spans = TelemetrySql.Run(test.Directory, s_day, s_day.AddDays(1), $"SELECT name, is_root, duration_ms, tenant, attributes FROM all_spans WHERE trace_id = '{line.TraceId}' ORDER BY is_root DESC");
        Assert.Equal(["name", "is_root", "duration_ms", "tenant", "attributes"], spans.Columns);
        Assert.Equal(["GET /v1/a", 1L, 12.0, "acme", "{\"flag\":true,\"list\":[1,2],\"text\":\"x\\\"y\",\"none\":null}"], spans.Rows[0]);
        Assert.Equal(["api.things.load", 0L, 1.0], spans.Rows[1].Take(3));
        var joined = TelemetrySql.Run(test.Directory, s_day, s_day, "SELECT f.type, r.route, r.status_code FROM facts f JOIN http_request_logs r ON r.trace_id = f.trace_id");
        Assert.Equal(["thing.made", "/v1/a", 200L], Assert.Single(joined.Rows));
        Assert.Equal("hello", TelemetrySql.Run(test.Directory, s_day, s_day, "SELECT message FROM log_records").Rows.Single()[0]);
        Assert.Empty(TelemetrySql.Run(test.Directory, s_day.AddDays(1), s_day.AddDays(1), "SELECT message FROM log_records").Rows);
    }

    [Theory]
    [InlineData("DELETE FROM facts")]
    [InlineData("DROP TABLE facts")]
    [InlineData("SELECT nonsense FROM nowhere")]
    [InlineData("UPDATE s0.strings SET value = 'x'")]
    public async Task What_would_write_or_makes_no_sense_is_refused(string sql)
    {
        await using var test = new TestSink();
        test.Sink.Record(test.Line());
        await test.Sink.FlushAsync();

        Assert.Throws<TelemetryReadException>(() => TelemetrySql.Run(test.Directory, s_day, s_day, sql));
        Assert.Single((await test.Reader.LinesAsync(new TraceQuery())).Items);
        Assert.Throws<ArgumentException>(() => TelemetrySql.Run(test.Directory + "-none", s_day, s_day, sql));
    }

    [Fact]
    public async Task Every_query_of_the_documentation_runs()
    {
        await using var test = new TestSink();
        test.Sink.Record(test.Line());
        await test.Sink.FlushAsync();
        var text = await File.ReadAllTextAsync(Path.Combine(Root(), "docs", "telemetry.md"));
        var queries = text.Split("```sql\n").Skip(1).Select(part => part.Split("```")[0]).ToList();

        Assert.True(queries.Count >= 10);
        Assert.All(queries, query => TelemetrySql.Run(test.Directory, s_day, s_day, query));
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Directory.Packages.props")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return folder;
    }
}
