using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using OrionPlatform.Tests;

namespace OrionPlatform.Services.Tests;

/// <summary>Metrics over HTTP into the running api, and back by SQL: OpenTelemetry's model of series, resets and unset values.</summary>
[Trait("Store", "once")]
public sealed class OtlpMetricsTests(SharedApi shared) : IClassFixture<SharedApi>
{
    private const long Second = 1_000_000_000;

    private readonly ApiUnderTest _api = shared.Api;

    // Each test has a service of its own; its times are of the run, since the api's clock is the machine's.
    private readonly string _service = $"metrics-{Guid.NewGuid():n}";
    private readonly long _now = (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks * 100;

    [Fact]
    public async Task Two_hosts_totals_are_two_series_that_SQL_tells_apart_by_their_resource()
    {
        foreach (var (value, at) in new[] { (1000, 1), (1001, 2), (1003, 3), (1005, 4) })
        {
            await SendAsync(Sum("requests", value, start: -100, at), "web-1");
            await SendAsync(Sum("requests", value * 5, start: -50, at), "web-2");
        }

        var rows = await RowsAsync(
            6, "json_extract(resource, '$.\"host.name\"') AS host, sum(value) AS added", "GROUP BY resource ORDER BY host");
        Assert.Equal([("web-1", 5.0), ("web-2", 25.0)],
            rows.Select(r => (r.GetProperty("host").GetString(), r.GetProperty("added").GetDouble())));
        var minutes = await SqlCommand.RunAsync(_api.Folder,
            "SELECT json_extract(resource, '$.\"host.name\"') AS host, sum(sum) AS added FROM metric_rollups_minute " +
                $"WHERE service = '{_service}' GROUP BY host ORDER BY host");
        Assert.Equal([("web-1", 5.0), ("web-2", 25.0)],
            minutes.Select(r => (r.GetProperty("host").GetString(), r.GetProperty("added").GetDouble())));
    }

    [Theory]
    [InlineData("scope")]
    [InlineData("scope version")]
    [InlineData("scope attributes")]
    [InlineData("unit")]
    [InlineData("kind")]
    [InlineData("temporality")]
    [InlineData("attributes")]
    public async Task Whatever_OpenTelemetry_tells_series_apart_by_tells_them_apart_here(string by)
    {
        foreach (var (total, at) in new[] { (10, 1), (12, 2), (15, 3) })
        {
            await SendAsync(Sum("m", total, -10, at), scope: """{"name":"one"}""");
            await SendAsync(
                by switch
                {
                    "unit" => Sum("m", total * 10, -10, at, unit: "By"),
                    "kind" => Sum("m", total * 10, -10, at, monotonic: false),
                    "temporality" => Sum("m", total * 10, at - 1, at, temporality: 1),
                    "attributes" => Sum("m", total * 10, -10, at, attributes: """[{"key":"a","value":{"stringValue":"b"}}]"""),
                    _ => Sum("m", total * 10, -10, at),
                },
                scope: by switch
                {
                    "scope" => """{"name":"other"}""",
                    "scope version" => """{"name":"one","version":"2"}""",
                    "scope attributes" => """{"name":"one","attributes":[{"key":"a","value":{"intValue":"1"}}]}""",
                    _ => """{"name":"one"}""",
                });
        }

        var series = await RowsAsync(
            by is "kind" or "temporality" ? 5 : 4, "sum(value) AS added",
            "GROUP BY labels, unit, kind, temporality, monotonic, resource, scope, scope_version, scope_attributes ORDER BY 1");
        Assert.Equal([5.0, by switch { "kind" or "temporality" => 370.0, _ => 50.0 }],
            series.Select(s => s.GetProperty("added").GetDouble()));
    }

    [Fact]
    public async Task A_late_total_is_refused_and_counted_and_never_a_reset()
    {
        var answers = new List<string>();
        foreach (var (value, at) in new[] { (10, 1), (20, 2), (10, 3), (10, 1), (30, 4) })
        {
            answers.Add(await SendAsync(Sum("requests", value, start: -10, at)));
        }

        Assert.Equal(["{}", "{}", "1", "1", "{}"], answers.Select(a => a == "{}" ? a : Rejected(a).Count));
        Assert.Contains("start_time_unix_nano", Rejected(answers[2]).Message, StringComparison.Ordinal);
        Assert.Equal(20.0, (await RowsAsync(2, "sum(value) AS added"))[0].GetProperty("added").GetDouble());
    }

    [Fact]
    public async Task Overlapping_sequences_of_one_series_are_refused_and_the_message_says_what_to_do()
    {
        await SendAsync(Sum("requests", 1000, start: -100, at: 1));
        var second = Rejected(await SendAsync(Sum("requests", 5000, start: -50, at: 1)));
        var first = Rejected(await SendAsync(Sum("requests", 1001, start: -100, at: 2)));
        await SendAsync(Sum("requests", 5001, start: -50, at: 2));

        Assert.Equal(("1", "1"), (second.Count, first.Count));
        Assert.Contains("service.instance.id", second.Message, StringComparison.Ordinal);
        Assert.Equal(1.0, (await RowsAsync(1, "sum(value) AS added"))[0].GetProperty("added").GetDouble());
    }

    [Fact]
    public async Task Twenty_thousand_and_one_unchanged_totals_exported_three_times_count_once()
    {
        var start = (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks * 100;
        for (var export = 1; export <= 3; export++)
        {
            var points = string.Join(',', Enumerable.Range(0, 20_001).Select(i =>
                $$$"""{"startTimeUnixNano":"{{{start}}}","timeUnixNano":"{{{start + export}}}","asInt":"1","attributes":[""" +
                    $$$"""{"key":"i","value":{"intValue":"{{{i}}}"}}]}"""));
            Assert.Equal("{}", await SendAsync(
                $$$"""{"name":"many","sum":{"aggregationTemporality":2,"isMonotonic":true,"dataPoints":[{{{points}}}]}}"""));
        }

        Assert.Equal(20_001, (await RowsAsync(60_003, "sum(value) AS added"))[0].GetProperty("added").GetDouble());
    }

    [Theory]
    [InlineData("""{"name":"m","gauge":{"dataPoints":[{"timeUnixNano":"NOW"}]}}""", "neither as_int nor as_double")]
    [InlineData("""{"name":"m","gauge":{"dataPoints":[{"timeUnixNano":"NOW","asInt":null}]}}""", "neither as_int nor as_double")]
    [InlineData("""{"name":"m","sum":{"aggregationTemporality":1,"isMonotonic":true,"dataPoints":[""" +
        """{"timeUnixNano":"NOW","asInt":"-1"}]}}""", "negative")]
    [InlineData("""{"name":"m","sum":{"isMonotonic":true,"dataPoints":[{"timeUnixNano":"NOW","asInt":"1"}]}}""", "aggregation_temporality")]
    [InlineData("""{"name":"m","histogram":{"aggregationTemporality":1,"dataPoints":[""" +
        """{"timeUnixNano":"NOW","count":"3","explicitBounds":[2,1],"bucketCounts":["1","1","1"]}]}}""", "ascending")]
    [InlineData("""{"name":"m","histogram":{"aggregationTemporality":1,"dataPoints":[""" +
        """{"timeUnixNano":"NOW","count":"3","explicitBounds":[1,1],"bucketCounts":["1","1","1"]}]}}""", "ascending")]
    [InlineData("""{"name":"m","histogram":{"aggregationTemporality":1,"dataPoints":[""" +
        """{"timeUnixNano":"NOW","count":"3","explicitBounds":["NaN"],"bucketCounts":["1","2"]}]}}""", "finite")]
    [InlineData("""{"name":"m","histogram":{"aggregationTemporality":1,"dataPoints":[""" +
        """{"timeUnixNano":"NOW","count":"4","explicitBounds":[1],"bucketCounts":["1","2"]}]}}""", "add up")]
    [InlineData("""{"name":"m","histogram":{"aggregationTemporality":1,"dataPoints":[""" +
        """{"timeUnixNano":"NOW","count":"3","explicitBounds":[1,2],"bucketCounts":["1","2"]}]}}""", "one more")]
    [InlineData("""{"name":"m","histogram":{"aggregationTemporality":1,"dataPoints":[""" +
        """{"timeUnixNano":"NOW","count":"0","sum":1}]}}""", "count is 0")]
    [InlineData("""{"name":"m","histogram":{"aggregationTemporality":1,"dataPoints":[""" +
        """{"timeUnixNano":"NOW","count":"2","sum":1,"min":2,"max":1}]}}""", "min")]
    [InlineData("""{"name":"m","exponentialHistogram":{"aggregationTemporality":1,"dataPoints":[""" +
        """{"timeUnixNano":"NOW","count":"3","scale":1,"zeroCount":"1","positive":{"offset":0,"bucketCounts":["1"]}}]}}""", "add up")]
    [InlineData("""{"name":"m","exponentialHistogram":{"aggregationTemporality":1,"dataPoints":[""" +
        """{"timeUnixNano":"NOW","count":"1","scale":99,"positive":{"offset":0,"bucketCounts":["1"]}}]}}""", "scale")]
    [InlineData("""{"name":"m","exponentialHistogram":{"aggregationTemporality":1,"dataPoints":[""" +
        """{"timeUnixNano":"NOW","count":"1","scale":0,"positive":{"offset":-2000,"bucketCounts":["1"]}}]}}""", "smallest")]
    [InlineData("""{"name":"m","exponentialHistogram":{"aggregationTemporality":1,"dataPoints":[""" +
        """{"timeUnixNano":"NOW","count":"1","scale":0,"zeroCount":"1","zeroThreshold":-1}]}}""", "zero_threshold")]
    [InlineData("""{"name":"m","sum":{"aggregationTemporality":2,"isMonotonic":true,"dataPoints":[""" +
        """{"startTimeUnixNano":"LATER","timeUnixNano":"NOW","asInt":"1"}]}}""", "start_time_unix_nano")]
    public async Task What_the_model_does_not_allow_is_refused_and_counted_with_its_reason(string metric, string why)
    {
        const string Good = ",{\"name\":\"good\",\"gauge\":{\"dataPoints\":[{\"asInt\":\"1\"}]}}";
        var sent = metric.Replace("NOW", $"{_now}", StringComparison.Ordinal)
            .Replace("LATER", $"{_now + Second}", StringComparison.Ordinal);
        var answer = Rejected(await SendAsync(sent + Good));

        Assert.Equal("1", answer.Count);
        Assert.Contains(why, answer.Message, StringComparison.Ordinal);
        Assert.Equal("good", (await RowsAsync(1, "name"))[0].GetProperty("name").GetString());
    }

    [Fact]
    public async Task What_a_histogram_does_not_say_is_unknown_and_not_zero()
    {
        const string Bare = """{"name":"bare","histogram":{"aggregationTemporality":1,"dataPoints":[""" +
            """{"timeUnixNano":"NOW","count":"3","explicitBounds":[100],"bucketCounts":["1","2"]}]}}""";
        const string Empty = """{"name":"empty","histogram":{"aggregationTemporality":1,"dataPoints":[""" +
            """{"timeUnixNano":"NOW","count":"0","explicitBounds":[100],"bucketCounts":["0","0"]}]}}""";
        const string NoValue = """{"name":"none","gauge":{"dataPoints":[{"timeUnixNano":"NOW","flags":1}]}}""";
        const string Beside = """{"name":"bare","histogram":{"aggregationTemporality":1,"dataPoints":[""" +
            """{"timeUnixNano":"NOW","count":"2","sum":7,"min":3,"max":4,"explicitBounds":[100],"bucketCounts":["2","0"]}]}}""";
        Assert.Equal("{}", await SendAsync($"{Bare},{Empty},{NoValue},{Beside}".Replace("NOW", $"{_now}", StringComparison.Ordinal)));

        var rows = await RowsAsync(3, "name, count, value, min, max", "ORDER BY name, count");
        Assert.Equal(
            """[{"name":"bare","count":2,"value":7,"min":3,"max":4},""" +
                """{"name":"bare","count":3,"value":null,"min":null,"max":null},""" +
                """{"name":"empty","count":0,"value":null,"min":null,"max":null}]""",
            JsonSerializer.Serialize(rows));
        var minutes = await SqlCommand.RunAsync(_api.Folder,
            "SELECT name, count, sum, min, max, p95 IS NOT NULL AS known FROM metric_rollups_minute " +
                $"WHERE service = '{_service}' ORDER BY name");
        Assert.Equal(
            """[{"name":"bare","count":5,"sum":null,"min":null,"max":null,"known":1},""" +
                """{"name":"empty","count":0,"sum":null,"min":null,"max":null,"known":0}]""",
            JsonSerializer.Serialize(minutes));
    }

    private static (string Count, string Message) Rejected(string answer)
    {
        var partial = JsonDocument.Parse(answer).RootElement.GetProperty("partialSuccess");
        return (partial.GetProperty("rejectedDataPoints").GetString()!, partial.GetProperty("errorMessage").GetString()!);
    }

    /// <summary>A sum's point; times are seconds from now.</summary>
    private string Sum(string name, long value, int start, int at, string unit = "", bool monotonic = true, int temporality = 2,
        string attributes = "[]") => $$$"""
        {"name":"{{{name}}}","unit":"{{{unit}}}","sum":{"aggregationTemporality":{{{temporality}}},
        """ + $$$"""
        "isMonotonic":{{{(monotonic ? "true" : "false")}}},"dataPoints":[
          {"startTimeUnixNano":"{{{_now + ((start - 200) * Second)}}}","timeUnixNano":"{{{_now + ((at - 200) * Second)}}}",
        """ + $$$"""
        "asInt":"{{{value}}}","attributes":{{{attributes}}}}]}}
        """;

    private async Task<string> SendAsync(string metrics, string host = "h", string scope = "{}")
    {
        var body = $$$"""
            {"resourceMetrics":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"{{{_service}}}"}},
            """ + $$$"""
            {"key":"host.name","value":{"stringValue":"{{{host}}}"}}]},
              "scopeMetrics":[{"scope":{{{scope}}},"metrics":[{{{metrics}}}]}]}]}
            """;
        using var request = new HttpRequestMessage(HttpMethod.Post, "otlp/v1/metrics")
        {
            Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json")),
        };
        request.Headers.Add("x-otlp-api-key", ServiceSecrets.OtlpKey);
        using var answer = await _api.Client().SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return text;
    }

    /// <summary>The raw points of this test's service, once so many (or more) are there.</summary>
    private async Task<IReadOnlyList<JsonElement>> RowsAsync(int atLeast, string what, string then = "")
    {
        var points = $"SELECT sum(points) AS n FROM metric_rollups_minute WHERE service = '{_service}'";
        await Eventually.TrueAsync(
            async () => (await SqlCommand.RunAsync(_api.Folder, points))[0].GetProperty("n") is { ValueKind: JsonValueKind.Number } n
                && n.GetInt64() >= atLeast,
            $"{atLeast} points in the folder");
        return await SqlCommand.RunAsync(_api.Folder, $"SELECT {what} FROM metrics_timeseries WHERE service = '{_service}' {then}");
    }
}
