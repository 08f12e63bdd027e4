using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Orion.Sink.Reading;
using Orion.Sink.Rows;
using Orion.Store.OpsAccess;
using OrionPlatform.Tests;

namespace OrionPlatform.Services.Tests;

/// <summary>
/// A service that only has a plain OpenTelemetry SDK and a key of its own is seen like the platform's services, and cannot pass for one of
/// them.
/// </summary>
[Trait("Store", "once")]
public sealed class ForeignServiceTests : IAsyncLifetime
{
    private const string ShopKey = "otlp-key-of-the-shop-service";
    private ApiUnderTest _api = null!;
    private TelemetryReader _reader = null!;

    public async Task InitializeAsync()
    {
        _api = await ApiUnderTest.StartAsync(settings: [$"--Orion:Otlp:Keys:shop:Key={ShopKey}", "--Orion:Otlp:Keys:shop:Services:0=shop"]);
        _reader = _api.App.Services.GetRequiredService<TelemetryReader>();
    }

    public async Task DisposeAsync() => await _api.DisposeAsync();

    [Fact]
    public async Task Its_requests_are_on_the_panels_pages_in_its_figures_and_in_SQL()
    {
        using var source = new ActivitySource("acme.shop", "3.1");
        using (var sdk = Sdk(source, "shop"))
        {
            for (var i = 0; i < 4; i++)
            {
                using var request = source.StartActivity("GET /orders/{id}", ActivityKind.Server)!;
                request.SetTag("http.request.method", "GET").SetTag("http.route", "/orders/{id}")
                    .SetTag("http.response.status_code", i == 3 ? 500 : 200);
                using (source.StartActivity("shop.load"))
                {
                    sdk.GetLoggerFactory().CreateLogger("Shop.Orders").LogWarning("Order {Id} is late", i);
                }

                if (i == 3)
                {
                    request.SetStatus(ActivityStatusCode.Error, "no stock").SetTag("error.type", "OutOfStock");
                }
            }
        }

        await Eventually.TrueAsync(async () =>
            (await _reader.LinesAsync(new TraceQuery { Service = "shop" })).Items.Count == 4, "four lines of the shop");
        var failed = Assert.Single((await _reader.LinesAsync(new TraceQuery { Service = "shop", ErrorsOnly = true })).Items);
        Assert.Equal(("request", "external", "GET", "/orders/{id}", 500, "error"),
            (failed.LineKind, failed.Surface, failed.Method, failed.Route, failed.StatusCode, failed.Outcome));
        Assert.Equal(("OutOfStock", "acme.shop", "3.1"), (failed.ErrorType, failed.Scope!.Name, failed.Scope.Version));
        Assert.Single((await _reader.StoryAsync(failed.TraceId))!.Traces.Single().Spans);

        await Eventually.TrueAsync(
            async () => (await _reader.OverviewAsync(TimeSpan.FromMinutes(5))).Services
                .Any(s => s is { Service: "shop", Count: 4, Errors: 1, P95Ms: > 0 }),
            "its figures");
        await Eventually.TrueAsync(
            async () => (await _reader.FiguresAsync(FiguresOf.Routes, TimeSpan.FromMinutes(5)))
                .Any(r => r is { Service: "shop", Name: "/orders/{id}", Count: 4, Errors: 1 }), "its route's figures");
        Assert.Contains("shop", await _reader.ServicesAsync());

        var panel = await PanelAsync();
        Assert.Contains("GET /orders/{id}", await panel.GetStringAsync("/admin/ops/traces?service=shop"), StringComparison.Ordinal);
        Assert.Contains(failed.TraceId.ToHexString(), await panel.GetStringAsync("/admin/ops/traces?errors=1"), StringComparison.Ordinal);
        Assert.Contains("<option value=\"shop\"", await panel.GetStringAsync("/admin/ops/traces"), StringComparison.Ordinal);
        Assert.Contains(failed.TraceId.ToHexString(), await panel.GetStringAsync("/admin/ops/traces?attr=host.name%3Dweb-1"),
            StringComparison.Ordinal);
        var trace = await panel.GetStringAsync($"/admin/ops/traces/{failed.TraceId}");
        Assert.All(["web-1", "acme.shop 3.1", "shop.load"], text => Assert.Contains(text, trace, StringComparison.Ordinal));
        Assert.Contains("service-shop", await panel.GetStringAsync("/admin/ops/overview"), StringComparison.Ordinal);
        Assert.Contains("Order 3 is late", await panel.GetStringAsync("/admin/ops/logs?attr=host.name%3Dweb-1"), StringComparison.Ordinal);

        var row = Assert.Single(await SqlAsync(
            "SELECT resource, sender, scope, line_kind FROM canonical_lines WHERE service = 'shop' AND status = 'error'"));
        Assert.Equal(("shop", "acme.shop", "request"), (Text(row, "sender"), Text(row, "scope"), Text(row, "line_kind")));
        Assert.Equal("web-1", JsonDocument.Parse(Text(row, "resource")!).RootElement.GetProperty("host.name").GetString());
    }

    [Fact]
    public async Task One_that_sends_log_records_and_nothing_else_is_in_the_lists_of_services_too()
    {
        using (var answer = await SendAsync("logs", """
            {"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},"scopeLogs":[{"logRecords":[
            {"body":{"stringValue":"nothing but this"}}]}]}]}
            """))
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        await Eventually.TrueAsync(async () => (await _reader.ServicesAsync()).Contains("shop"), "the shop is among the services");
        var panel = await PanelAsync();
        foreach (var tab in new[] { "logs", "traces" })
        {
            Assert.Contains("<option value=\"shop\"", await panel.GetStringAsync($"/admin/ops/{tab}"), StringComparison.Ordinal);
        }

        var health = await panel.GetStringAsync("/admin/ops/health");
        Assert.Contains("<th scope=\"row\">shop</th>", health, StringComparison.Ordinal);
        Assert.Contains("nothing but this", await panel.GetStringAsync("/admin/ops/logs?service=shop"), StringComparison.Ordinal);
        var row = Assert.Single(await SqlAsync("SELECT name, last_seen FROM services WHERE name = 'shop'"));
        var seen = DateTimeOffset.Parse(Text(row, "last_seen")!, System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(DateTimeOffset.UtcNow - seen, TimeSpan.Zero, TimeSpan.FromHours(2));
        var process = Assert.Single(await SqlAsync("SELECT sender, service, instance, log_records, silent FROM otlp_processes"));
        Assert.Equal(
            """{"sender":"shop","service":"shop","instance":"-","log_records":1,"silent":0}""", process.GetRawText());
    }

    [Fact]
    public async Task What_it_claims_without_right_counts_for_nobody_else_is_kept_and_it_is_told()
    {
        var before = (await _reader.SlosAsync(TimeSpan.FromMinutes(5))).ToDictionary(c => c.Name, c => c.Total);
        var spans = string.Join(',', Enumerable.Range(1, 20).Select(i => $$$"""
            {"traceId":"{{{i:x32}}}","spanId":"{{{i:x16}}}","name":"api.tenants.resolve","kind":{{{(i % 2 == 0 ? 2 : 1)}}},
            """ + $$$"""
            "parentSpanId":"{{{(i % 2 == 0 ? "" : "00000000000000ff")}}}",
             "startTimeUnixNano":"{{{Now}}}","endTimeUnixNano":"{{{Now + 9_000_000_000}}}","status":{"code":2},
             "attributes":[{"key":"orion.line.kind","value":{"stringValue":"request"}},
            """ + """
            {"key":"orion.surface","value":{"stringValue":"public"}},{"key":"tenant","value":{"stringValue":"acme"}}]}
            """));
        using var answer = await SendAsync("traces", $$$"""
            {"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"api"}},
             {"key":"service.instance.id","value":{"stringValue":"api-1"}},
             {"key":"host.name","value":{"stringValue":"AKIAIOSFODNN7EXAMPLE"}}]},
            """ + $$$"""
            "scopeSpans":[{"spans":[{{{spans}}}]}]}]}
            """);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var told = await answer.Content.ReadAsStringAsync();
        Assert.All(["service.name", "orion.line.kind", "orion.surface", "tenant"], claim =>
            Assert.Contains(claim, told, StringComparison.Ordinal));
        await Eventually.TrueAsync(async () =>
            (await _reader.LinesAsync(new TraceQuery { Service = "shop/api" })).Items.Count == 10, "the lines under the key's name");
        var lines = (await _reader.LinesAsync(new TraceQuery { Service = "shop/api" })).Items;
        Assert.All(lines, line => Assert.Equal((CanonicalLine.External, null), (line.Surface, line.Tenant)));
        Assert.All(lines, line => Assert.Contains(new KeyValuePair<string, object?>("claimed.orion.surface", "public"), line.Attributes));
        Assert.All(lines, line => Assert.Contains(new KeyValuePair<string, object?>("claimed.tenant", "acme"), line.Attributes));
        Assert.All((await _reader.LinesAsync(new TraceQuery { Service = "api" })).Items, line =>
            Assert.NotEqual("api.tenants.resolve", line.Name));

        await Eventually.TrueAsync(async () => (await _reader.OtlpProcessesAsync()).Count > 0, "its process");
        var process = Assert.Single(await _reader.OtlpProcessesAsync());
        Assert.Equal(("shop", "shop/api", "api-1", "[REDACTED]", 20L),
            (process.Sender, process.Service, process.Instance, process.Host, process.Spans));

        await Eventually.TrueAsync(
            async () => (await _reader.OverviewAsync(TimeSpan.FromMinutes(5))).Services
                .Any(s => s is { Service: "shop/api", Count: 10 }),
            "its figures");
        Assert.Equal(0, (await _reader.OverviewAsync(TimeSpan.FromMinutes(5))).PublicApi.Errors);
        Assert.All(await _reader.SlosAsync(TimeSpan.FromMinutes(5)), slo => Assert.Equal(before.GetValueOrDefault(slo.Name), slo.Total));
    }

    private static long Now => (DateTimeOffset.UtcNow.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) * 100;

    private OpenTelemetrySdk Sdk(ActivitySource source, string service) => OpenTelemetrySdk.Create(b => b
        .ConfigureResource(r => r.AddService(service, serviceVersion: "1.0").AddAttributes([new("host.name", "web-1")]))
        .WithTracing(t => t.AddSource(source.Name).AddOtlpExporter(o => Send(o, "traces")))
        .WithLogging(l => l.AddOtlpExporter(o => Send(o, "logs")), o => o.IncludeFormattedMessage = true));

    private void Send(OtlpExporterOptions options, string signal) =>
        (options.Protocol, options.Endpoint, options.Headers) =
            (OtlpExportProtocol.HttpProtobuf, new Uri(_api.Address, "/otlp/v1/" + signal), "x-otlp-api-key=" + ShopKey);

    private async Task<HttpResponseMessage> SendAsync(string signal, string json)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "otlp/v1/" + signal)
        {
            Content = new StringContent(json, Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("x-otlp-api-key", ShopKey);
        return await _api.Client().SendAsync(request);
    }

    private async Task<HttpClient> PanelAsync()
    {
        var token = await _api.App.Services.GetRequiredService<OpsSessions>()
            .CreateLoginTokenAsync("Tess", "viewer", TimeSpan.FromMinutes(5));
        var panel = _api.Client();
        (await panel.GetAsync(new Uri($"/admin/ops/login?t={token}", UriKind.Relative))).EnsureSuccessStatusCode();
        return panel;
    }

    private static string? Text(JsonElement row, string name) => row.GetProperty(name).GetString();

    private async Task<IReadOnlyList<JsonElement>> SqlAsync(string statement)
    {
        var (program, data) = (Path.Combine(AppContext.BaseDirectory, "Orion.Cli.dll"), Path.Combine(_api.Folder, "telemetry"));
        using var command = Process.Start(new ProcessStartInfo(
            "dotnet", ["exec", program, "sql", statement, "--data", data, "--format", "json"])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        var output = await command.StandardOutput.ReadToEndAsync();
        await command.WaitForExitAsync();
        return [.. JsonDocument.Parse(output).RootElement.EnumerateArray()];
    }
}
