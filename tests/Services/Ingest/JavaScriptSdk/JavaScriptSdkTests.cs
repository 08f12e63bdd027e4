using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Orion.Store.OpsAccess;
using OrionPlatform.Tests;

namespace OrionPlatform.Services.Tests;

/// <summary>
/// What OpenTelemetry's JavaScript SDK sends from two hosts, in two scopes and gzipped, comes back by SQL as it was sent.
/// </summary>
[Trait("Store", "once")]
public sealed class JavaScriptSdkTests(JavaScriptSender sender) : IClassFixture<JavaScriptSender>
{
    private static readonly string[] s_hosts = ["web-1", "web-2"];

    // What sender.mjs multiplies by in each of its scopes.
    private static readonly (string Name, string? Version, int By)[] s_scopes = [("shop.orders", "1.4.0", 1), ("shop.stock", null, 2)];

    [NodeJsTheory]
    [InlineData("protobuf", "cumulative")]
    [InlineData("protobuf", "delta")]
    [InlineData("json", "cumulative")]
    [InlineData("json", "delta")]
    public async Task Its_metrics_are_by_SQL_what_it_measured_on_each_host_and_in_each_scope(string encoding, string temporality)
    {
        await using var api = await ApiUnderTest.StartAsync();
        foreach (var host in s_hosts)
        {
            await sender.SendAsync(api, encoding, temporality, host);
        }

        const string Sizes = "SELECT total(count) AS n FROM metric_rollups_minute WHERE name = 'shop.size'";
        await Eventually.TrueAsync(
            async () => (await SqlCommand.RunAsync(api.Folder, Sizes))[0].GetProperty("n").GetDouble() >= 800, "all of it in the folder");

        foreach (var (host, (scope, version, by)) in s_hosts.SelectMany(h => s_scopes.Select(s => (h, s))))
        {
            var from = $"service = 'shop' AND json_extract(resource, '$.\"host.name\"') = '{host}' AND scope = '{scope}' " +
                $"AND scope_version IS {(version is null ? "NULL" : $"'{version}'")}";

            // Series, and of each what was added, which is what an amount is about, and the latest, which is what a level is about.
            var series = await SqlCommand.RunAsync(api.Folder, $"""
                SELECT name || ' ' || unit || ' ' || kind || ' ' || coalesce(temporality, '-') || ' ' || coalesce(monotonic, '-') || ' '
                        || labels AS series,
                    sum(value) AS added, sum(count) AS count, value AS latest, max(time_ns) AS at
                FROM metrics_timeseries WHERE {from} GROUP BY name, unit, kind, temporality, monotonic, labels ORDER BY 1
                """);
            Assert.Equal(
                [
                    ("shop.latency ms histogram " + temporality + " - {}", 11_210.0, 10),
                    ("shop.level 1 gauge - - {}", -2.5 * by, 0),
                    ("shop.open {order} gauge cumulative 0 {}", 3, 0),
                    ("shop.placed {order} counter " + temporality + " 1 {\"big\":true,\"route\":\"/b\"}", 22 * by, 0),
                    ("shop.placed {order} counter " + temporality + " 1 {\"route\":\"/a\"}", 33 * by, 0),
                    ("shop.size By histogram " + temporality + " - {}", 55_550 * by, 200),
                    ("shop.weight kg counter " + temporality + " 1 {}", 5.5 * by, 0),
                ],
                series.Select(s =>
                    (Text(s, "series"), Number(s, Text(s, "series").Contains("gauge", StringComparison.Ordinal) ? "latest" : "added"),
                    Text(s, "series").Contains("histogram", StringComparison.Ordinal) ? s.GetProperty("count").GetInt32() : 0)));

            // The distributions of all exports together: explicit buckets as they were counted, percentiles as good as the buckets (9 % at
            // scale 3).
            var buckets = await SqlCommand.RunAsync(api.Folder, $"""
                SELECT sum(buckets ->> 0) AS a, sum(buckets ->> 1) AS b, sum(buckets ->> 2) AS c, sum(buckets ->> 3) AS d
                FROM metrics_timeseries WHERE name = 'shop.latency' AND {from}
                """);
            Assert.Equal([2, 4, 2, 2], new[] { "a", "b", "c", "d" }.Select(column => buckets[0].GetProperty(column).GetInt32()));
            var sizes = Enumerable.Range(1, 100).SelectMany(value => new[] { value * by, value * by * 10.0 }).Order().ToArray();
            var figures = (await SqlCommand.RunAsync(api.Folder, $"""
                SELECT pv(distribution, 50) AS p50, pv(distribution, 95) AS p95, min(min) AS least, max(max) AS most, sum(sum) AS sum
                FROM metric_rollups_minute WHERE name = 'shop.size' AND {from}
                """))[0];
            Assert.InRange(Number(figures, "p50"), sizes[99] * 0.9, sizes[99] * 1.1);
            Assert.InRange(Number(figures, "p95"), sizes[189] * 0.9, sizes[189] * 1.1);
            Assert.Equal(55_550 * by, Number(figures, "sum"));
            Assert.Equal(by, temporality == "delta" ? Number(figures, "least") : by);
        }

        var descriptions =
            await SqlCommand.RunProgramAsync(api.Folder, "SELECT unit, kind, description FROM metrics_metadata WHERE name = 'shop.placed'");
        Assert.Equal("""[{"unit":"{order}","kind":"counter","description":"Orders placed"}]""", JsonSerializer.Serialize(descriptions));
    }

    [NodeJsTheory]
    [InlineData("protobuf")]
    [InlineData("json")]
    public async Task Its_traces_and_logs_are_by_SQL_and_on_the_panel_what_it_sent_from_each_host_and_scope(string encoding)
    {
        await using var api = await ApiUnderTest.StartAsync();
        var panel = await SignedInAsync(api);
        foreach (var host in s_hosts)
        {
            var sent = await sender.SendAsync(api, encoding, "delta", host);
            var traces = $"trace_id IN ('{sent[0].Trace}', '{sent[1].Trace}')";
            await Eventually.TrueAsync(async () =>
                (await SqlCommand.RunAsync(api.Folder, $"SELECT 1 FROM all_spans WHERE {traces}")).Count == 4, "all spans in the folder");

            var spans = await SqlCommand.RunAsync(api.Folder, $"""
                SELECT span_id, parent_id, service, name, kind, status, status_message, scope, scope_version,
                    json_extract(resource, '$."host.name"') AS host,
                    json_extract(resource, '$."service.version"') AS version, json_extract(resource, '$."process.pid"') AS pid,
                    json_extract(resource, '$."k8s.pod.labels"') AS labels,
                    json_extract(attributes, '$."tags"') AS tags, json_extract(attributes, '$."rows"') AS rows,
                    json_extract(attributes, '$."share"') AS share
                FROM all_spans WHERE {traces} ORDER BY time_ns, span_id = '{sent[0].Child}' OR span_id = '{sent[1].Child}'
                """);
            Assert.All(spans, span => Assert.Equal(
                $"""["shop","{host}","2.0.1",4711]""",
                JsonSerializer.Serialize(new[] { "service", "host", "version", "pid" }.Select(c => span.GetProperty(c)))));
            Assert.All(spans, span => Assert.Contains("a, b", Text(span, "labels"), StringComparison.Ordinal));
            foreach (var (trace, failed) in sent.Zip([false, true]))
            {
                var root = Assert.Single(spans, s => Text(s, "span_id") == trace.Span);
                var child = Assert.Single(spans, s => Text(s, "span_id") == trace.Child);
                Assert.Equal(["GET /orders/:id", "server", "shop.http", "3.1.0", failed ? "error" : "unset"],
                    new[] { "name", "kind", "scope", "scope_version", "status" }.Select(c => Text(root, c)));
                Assert.Equal(failed ? "no such order" : null, root.GetProperty("status_message").GetString());
                Assert.Contains("Doe, Jane", root.GetProperty("tags").ToString(), StringComparison.Ordinal);
                Assert.Equal([trace.Span, "SELECT orders", "client", "shop.sql", "unset"],
                    new[] { "parent_id", "name", "kind", "scope", "status" }.Select(c => Text(child, c)));
                Assert.Equal((3.0, 0.5), (Number(child, "rows"), Number(child, "share")));
            }

            var events = await SqlCommand.RunAsync(api.Folder, $"SELECT span_id, name, attributes FROM span_events WHERE {traces}");
            Assert.Equal(
                new[] { (sent[0].Child, "fetched"), (sent[1].Child, "fetched"), (sent[1].Span, "exception") }.Order(),
                events.Select(e => (Text(e, "span_id"), Text(e, "name"))).Order());
            var exception = events.Single(e => Text(e, "name") == "exception");
            Assert.Contains("\"exception.type\":\"TypeError\"", exception.GetProperty("attributes").ToString()
                .Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
            var link = Assert.Single(await SqlCommand.RunProgramAsync(api.Folder,
                "SELECT span_id, linked_trace_id, linked_span_id, json_extract(attributes, '$.why') AS why FROM span_links " +
                    $"WHERE {traces}"));
            Assert.Equal([sent[1].Span, sent[0].Trace, sent[0].Span, "retry"],
                new[] { "span_id", "linked_trace_id", "linked_span_id", "why" }.Select(c => Text(link, c)));

            await Eventually.TrueAsync(async () => (await LogsAsync(api, host)).Count == 2, "both log records in the folder");
            Assert.Equal(
                [
                    $"[\"error\",\"ERROR\",\"order 7 is not there\",\"shop.log\",\"0.9.0\",\"{sent[1].Trace}\",\"{sent[1].Span}\",7]",
                    "[\"warn\",\"warn\",\"low\",\"shop.other\",null,null,null,null]",
                ],
                (await LogsAsync(api, host)).Select(row => JsonSerializer.Serialize(
                    new[] { "level", "severity_text", "text", "scope", "scope_version", "trace_id", "span_id", "number" }.Select(c =>
                        row.GetProperty(c)))));

            var page = await panel.GetStringAsync($"/admin/ops/traces/{sent[1].Trace}?span={sent[1].Span}");
            Assert.All(["GET /orders/:id", "SELECT orders", "no such order", "shop.http", host, "order 7 is not there"], text =>
                Assert.Contains(text, page, StringComparison.Ordinal));
        }

        var metric = await panel.GetStringAsync("/admin/ops/metrics?name=shop.weight");
        Assert.All([.. s_hosts, "shop.orders 1.4.0", "shop.stock", ">5.5<", ">11<", "kg"], text =>
            Assert.Contains(text, metric, StringComparison.Ordinal));
    }

    private static Task<IReadOnlyList<JsonElement>> LogsAsync(ApiUnderTest api, string host) => SqlCommand.RunAsync(api.Folder, $"""
        SELECT level, severity_text, CASE WHEN json_valid(message) THEN json_extract(message, '$.text') ELSE message END AS text,
            scope, scope_version, trace_id, span_id,
            json_extract(attributes, '$.order') AS number
        FROM logs WHERE service = 'shop' AND json_extract(resource, '$."host.name"') = '{host}' ORDER BY time_ns
        """);

    private static async Task<HttpClient> SignedInAsync(ApiUnderTest api)
    {
        var token = await api.App.Services.GetRequiredService<OpsSessions>()
            .CreateLoginTokenAsync("Tess", "viewer", TimeSpan.FromMinutes(5));
        var panel = api.Client();
        (await panel.GetAsync($"/admin/ops/login?t={token}")).EnsureSuccessStatusCode();
        return panel;
    }

    private static string Text(JsonElement row, string column) => row.GetProperty(column).GetString()!;

    private static double Number(JsonElement row, string column) => row.GetProperty(column).GetDouble();
}
