using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Context.Propagation;
using OpenTelemetry.Instrumentation.AspNetCore;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Orion.Sink.Reading;
using Orion.Telemetry.CanonicalLines;
using Orion.Telemetry.Metrics;
using Orion.Telemetry.Tracing;

namespace Orion.Telemetry.Tests;

/// <summary>What a team or a library adds to OpenTelemetry in its usual ways is telemetry like the platform's own.</summary>
public sealed class AddedTelemetryTests
{
    private static readonly ActivitySource s_source = new("Acme.Orders");
    private static readonly Meter s_meter = new("Acme.Orders");
    private static readonly Counter<long> s_packed = s_meter.CreateCounter<long>("acme.orders.packed", "{order}");

    public static TheoryData<string> Ways => ["team", "wildcard", "library before", "library after"];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_source_and_a_meter_arrive_in_ring_store_and_export(string way)
    {
        using var folder = new TempFolder();
        await using var collector = await OtlpCollector.StartAsync();
        await using (var app = await TestApp.StartAsync(
            a => a.MapGet("/v1/orders/{id}", (string id) =>
            {
                using (var pack = s_source.StartActivity("acme.pack"))
                {
                    pack!.SetTag("note", "for canary-pack@example.com");
                    using var label = s_source.StartActivity("acme.label", ActivityKind.Client);
                }

                s_packed.Add(1, new KeyValuePair<string, object?>("note", "canary-meter@example.com"));
                return id;
            }),
            configure: builder =>
            {
                switch (way)
                {
                    case "team":
                        builder.Services.AddOpenTelemetry().WithTracing(t => t.AddSource("Acme.Orders"))
                            .WithMetrics(m => m.AddMeter("Acme.Orders"));
                        break;
                    case "wildcard":
                        builder.Services.AddOpenTelemetry().WithTracing(t => t.AddSource("Acme.*")).WithMetrics(m => m.AddMeter("Acme.*"));
                        break;
                    case "library after":
                        AddLibrary(builder.Services);
                        break;
                }
            },
            library: way == "library before" ? AddLibrary : null,
            settings: [.. Settings(folder, collector)]))
        {
            await app.Client.GetStringAsync("/v1/orders/7");
            var trace = await app.TraceAsync("/v1/orders/{id}");
            var (label, pack) = (trace.Spans[0], trace.Spans[1]);
            Assert.Equal(("acme.label", "acme.pack"), (label.Name, pack.Name));
            Assert.Equal((trace.Line.SpanId, pack.SpanId), (pack.ParentSpanId, label.ParentSpanId));
        }

        await using var reader = new TelemetryReader(folder.Path, TimeProvider.System);
        var line = Assert.Single((await reader.LinesAsync(new TraceQuery())).Items);
        var story = await reader.StoryAsync(line.TraceId);
        Assert.Equal(["acme.label", "acme.pack"], story!.Traces[0].Spans.Select(s => s.Name).Order());
        var series =
            await reader.MetricAsync("acme.orders.packed", DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
        var packed = Assert.Single(series);
        Assert.Equal(1, packed.Minutes.Sum(m => m.Sum));
        Assert.Contains("acme.pack", collector.All("/v1/traces"), StringComparison.Ordinal);
        Assert.Contains("acme.orders.packed", collector.All("/v1/metrics"), StringComparison.Ordinal);
        var stored = Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories).SelectMany(File.ReadAllBytes);
        Assert.DoesNotContain("canary", System.Text.Encoding.Latin1.GetString([.. stored, .. collector.Bytes]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_processor_of_their_own_or_an_instrumentations_enrichment_writes_is_seen_and_cleaned()
    {
        using var folder = new TempFolder();
        await using var collector = await OtlpCollector.StartAsync();
        await using (var app = await TestApp.StartAsync(
            a => a.MapGet("/v1/orders/{id}", (string id, ILogger<AddedTelemetryTests> logger) =>
            {
                using (Spans.Start("api.orders.load"))
                {
                    logger.LogWarning("order {Id}", id);
                }

                return id;
            }),
            configure: builder => builder.Services.AddOpenTelemetry()
                .WithTracing(t => t.AddProcessor(new Team()))
                .WithLogging(l => l.AddProcessor(new TeamLogs()))
                .Services.Configure<AspNetCoreTraceInstrumentationOptions>(
                    o => o.EnrichWithHttpRequest = (span, request) =>
                        span.SetTag("acme.host", request.Host.Host + " canary-host@example.com")),
            settings: [.. Settings(folder, collector)]))
        {
            await app.Client.GetStringAsync("/v1/orders/7");
            var trace = await app.TraceAsync("/v1/orders/{id}");
            Assert.All([trace.Line, .. trace.Spans], span =>
                Assert.Equal("seen by [REDACTED]", span.Attributes.Single(t => t.Key == "acme.end").Value));
            Assert.Equal("127.0.0.1 [REDACTED]", trace.Line.Attributes.Single(t => t.Key == "acme.host").Value);
            var log = Assert.Single(app.Logs, l => l.Template == "order {Id}");
            Assert.Equal("seen by [REDACTED]", log.Attributes.Single(t => t.Key == "acme.log").Value);
        }

        Assert.Contains("acme.end", collector.All("/v1/traces"), StringComparison.Ordinal);
        Assert.Contains("acme.log", collector.All("/v1/logs"), StringComparison.Ordinal);
        Assert.DoesNotContain("canary", System.Text.Encoding.Latin1.GetString(collector.Bytes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Log_scopes_are_attributes_where_they_are_asked_for_and_clean_everywhere(bool included)
    {
        using var folder = new TempFolder();
        await using var collector = await OtlpCollector.StartAsync();
        await using (var app = await TestApp.StartAsync(
            a => a.MapGet("/v1/orders/{id}", (string id, ILogger<AddedTelemetryTests> logger) =>
            {
                using (logger.BeginScope(new Dictionary<string, object> { ["acme.cart"] = "c1", ["password"] = "canary-one" }))
                using (logger.BeginScope("for {Customer}", "canary-two@example.com"))
                {
                    logger.LogWarning("order {Id}", id);
                }

                return id;
            }),
            configure: builder => builder.Logging.AddOpenTelemetry(o => o.IncludeScopes = included),
            settings: [.. Settings(folder, collector)]))
        {
            await app.Client.GetStringAsync("/v1/orders/7");
            var log = Assert.Single(app.Logs, l => l.Template == "order {Id}");
            var scopes = log.Attributes.Where(t => t.Key is "acme.cart" or "password" or "Customer").Select(t => t.Value);
            Assert.Equal(included ? ["c1", "[REDACTED]", "[REDACTED]"] : [], scopes);
            Assert.DoesNotContain(log.Attributes, t => t.Key == "TraceId");
        }

        Assert.Equal(included, collector.All("/v1/logs").Contains("acme.cart", StringComparison.Ordinal));
        Assert.DoesNotContain("canary", System.Text.Encoding.Latin1.GetString(collector.Bytes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("always_off", null, 0, 0)]
    [InlineData("traceidratio", "0.5", 20, 80)]
    [InlineData("parentbased_always_on", null, 100, 100)]
    public async Task A_sampler_chooses_what_is_exported_and_never_what_is_counted(string sampler, string? argument, int fewest, int most)
    {
        using var folder = new TempFolder();
        await using var collector = await OtlpCollector.StartAsync();
        await using (var app = await TestApp.StartAsync(
            a => a.MapGet("/v1/orders/{id}", (string id) => id),
            settings: [.. Settings(folder, collector), ("OTEL_TRACES_SAMPLER", sampler), ("OTEL_TRACES_SAMPLER_ARG", argument)]))
        {
            for (var i = 0; i < 100; i++)
            {
                await app.Client.GetStringAsync("/v1/orders/7");
            }

            await Eventually.TrueAsync(() => app.Traces.Count == 100, "all lines");
        }

        await using var reader = new TelemetryReader(folder.Path, TimeProvider.System);
        Assert.Equal(100, (await reader.LossAsync()).Single(l => l.Stream == "lines").Stored);
        Assert.InRange(collector.All("/v1/traces").Split("orion.line.kind").Length - 1, fewest, most);
    }

    [Fact]
    public async Task A_caller_that_does_not_sample_keeps_nothing_from_being_told_of()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using (var app = await TestApp.StartAsync(
            a => a.MapGet("/v1/orders/{id}", (string id) => id),
            settings: [("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")]))
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/orders/7");
            request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00");
            (await app.Client.SendAsync(request)).Dispose();
            await app.TraceAsync("/v1/orders/{id}");
        }

        Assert.Contains("orion.line.kind", collector.All("/v1/traces"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_that_a_filter_turns_down_leaves_nothing_and_is_not_counted_as_running()
    {
        await using var app = await TestApp.StartAsync(
            a =>
            {
                a.MapGet("/v1/quiet", () =>
                {
                    using (Spans.Start("api.quiet.work"))
                    {
                        return RequestsInFlight.Now;
                    }
                });
                a.MapGet("/v1/orders/{id}", (string id) => id);
            },
            configure: builder => builder.Services.Configure<AspNetCoreTraceInstrumentationOptions>(
                o => o.Filter = http => http.Request.Path != "/v1/quiet"));

        Assert.True((await app.Client.GetAsync("/v1/quiet")).IsSuccessStatusCode);
        await app.Client.GetStringAsync("/v1/orders/7");

        await app.TraceAsync("/v1/orders/{id}");
        Assert.Single(app.Traces);
    }

    [Fact]
    public async Task Two_hosts_of_one_process_export_each_its_own()
    {
        await using var one = await OtlpCollector.StartAsync();
        await using var other = await OtlpCollector.StartAsync();
        await using (var first = await TestApp.StartAsync(a => a.MapGet("/v1/first", Work), settings: Exports(one)))
        await using (var second = await TestApp.StartAsync(a => a.MapGet("/v1/second", Work), settings: Exports(other)))
        {
            await first.Client.GetStringAsync("/v1/first");
            await second.Client.GetStringAsync("/v1/second");
            await first.TraceAsync("/v1/first");
            await second.TraceAsync("/v1/second");
        }

        Assert.Contains("/v1/first", one.All("/v1/traces"), StringComparison.Ordinal);
        Assert.DoesNotContain("/v1/second", one.All("/v1/traces"), StringComparison.Ordinal);
        Assert.Contains("/v1/second", other.All("/v1/traces"), StringComparison.Ordinal);
        Assert.DoesNotContain("/v1/first", other.All("/v1/traces"), StringComparison.Ordinal);

        static string Work()
        {
            using (Spans.Start("api.work"))
            {
                return "x";
            }
        }

        static (string, string?)[] Exports(OtlpCollector collector) =>
            [("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")];
    }

    [Fact]
    public async Task What_cannot_be_cleaned_is_neither_stored_nor_exported_but_accounted_for_and_fails_nobody()
    {
        using var folder = new TempFolder();
        await using var collector = await OtlpCollector.StartAsync();
        await using (var app = await TestApp.StartAsync(
            a => a.MapGet("/v1/orders/{id}", (string id, TelemetryWriter telemetry) =>
            {
                using (var span = Spans.Start("api.orders.load"))
                {
                    span!.SetTag("note", new Unspeakable());
                }

                using (var dirty = Spans.Start("api.orders.line"))
                {
                    Canon.Add("order", id == "7" ? new Unspeakable() : id);
                }

                telemetry.Track("ordered", null, null, new KeyValuePair<string, object?>("note", new Unspeakable()));
                return id;
            }),
            settings: [.. Settings(folder, collector)]))
        {
            Assert.Equal("7", await app.Client.GetStringAsync("/v1/orders/7"));
            Assert.Equal("8", await app.Client.GetStringAsync("/v1/orders/8"));
            await Eventually.TrueAsync(() => app.Traces.Count == 1, "the line that could be cleaned");
        }

        await using var reader = new TelemetryReader(folder.Path, TimeProvider.System);
        var loss = (await reader.LossAsync()).ToDictionary(l => l.Stream);
        Assert.Equal((1, 1), (loss["lines"].Dropped, loss["lines"].Stored));
        Assert.Equal((2, 2), (loss["spans"].Dropped, loss["spans"].Stored));
        Assert.Equal(2, loss["tracked"].Dropped);
        Assert.All(await reader.LossReasonsAsync(), r => Assert.Equal("redaction", r.Reason));
        Assert.DoesNotContain("api.orders.load", collector.All("/v1/traces"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_background_service_of_a_plain_host_is_heard_as_well()
    {
        using var folder = new TempFolder();
        var builder = Host.CreateApplicationBuilder(
            new HostApplicationBuilderSettings { ApplicationName = "acme-worker", EnvironmentName = "Production" });
        builder.Configuration["ConnectionStrings:telemetry"] = $"Directory={folder.Path}";
        builder.AddServiceDefaults();
        AddLibrary(builder.Services);
        builder.Services.AddHostedService<Packer>();
        using (var host = builder.Build())
        {
            await host.StartAsync();
            await Packer.Done.Task.WaitAsync(TimeSpan.FromSeconds(20));
            await host.StopAsync();
        }

        await using var reader = new TelemetryReader(folder.Path, TimeProvider.System);
        var line = Assert.Single((await reader.LinesAsync(new TraceQuery())).Items);
        var story = await reader.StoryAsync(line.TraceId);
        Assert.Equal(line.SpanId, Assert.Single(story!.Traces[0].Spans, s => s.Name == "acme.pack").ParentSpanId);
        Assert.Equal(2, (await reader.LossAsync()).Single(l => l.Stream == "spans").Stored);
    }

    [Fact]
    public async Task A_library_that_propagates_by_OpenTelemetrys_API_sends_and_reads_what_the_framework_does()
    {
        await using var app = await TestApp.StartAsync();
        var propagator = Propagators.DefaultTextMapPropagator;
        var headers = new Dictionary<string, string>();
        var context =
            new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded, "k=v");

        propagator.Inject(new PropagationContext(context, Baggage.Create(new() { ["tenant"] = "ac me" })), headers, (to, name, value) =>
            to[name] = value);
        var back = propagator.Extract(default, headers, (from, name) => from.TryGetValue(name, out var value) ? [value] : []);

        Assert.Equal(["baggage", "traceparent", "tracestate"], headers.Keys.Order());
        Assert.Equal((context.TraceId, context.SpanId, context.TraceFlags, "k=v"),
            (back.ActivityContext.TraceId, back.ActivityContext.SpanId, back.ActivityContext.TraceFlags, back.ActivityContext.TraceState));
        Assert.Equal("ac me", back.Baggage.GetBaggage("tenant"));
        Assert.Equal(default, propagator.Extract(default, headers, (_, name) => name == "traceparent" ? ["00-zz"] : []).ActivityContext);
    }

    private static IEnumerable<(string, string?)> Settings(TempFolder folder, OtlpCollector collector) =>
    [
        ("ConnectionStrings:telemetry", $"Directory={folder.Path}"), ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("OTEL_SERVICE_NAME", "orders"),
    ];

    /// <summary>As a library does it, which knows nothing of the platform, nor when it is called.</summary>
    private static void AddLibrary(IServiceCollection services) => services
        .ConfigureOpenTelemetryTracerProvider(t => t.AddSource("Acme.Orders"))
        .ConfigureOpenTelemetryMeterProvider(m => m.AddMeter("Acme.Orders"));

    private sealed class Team : BaseProcessor<Activity>
    {
        public override void OnEnd(Activity data) => data.SetTag("acme.end", "seen by canary-team@example.com");
    }

    private sealed class TeamLogs : BaseProcessor<LogRecord>
    {
        public override void OnEnd(LogRecord data) =>
            data.Attributes = [.. data.Attributes ?? [], new("acme.log", "seen by canary-logs@example.com")];
    }

    private sealed class Unspeakable
    {
        public override string ToString() => throw new InvalidOperationException("canary");
    }

    private sealed class Packer : BackgroundService
    {
        public static TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        protected override Task ExecuteAsync(CancellationToken stoppingToken)
        {
            using (Processing.Start(new ProcessingInfo { Name = "acme.job", EventType = "acme.order", EventId = "1", Subject = "order/1" }))
            {
                s_source.StartActivity("acme.pack")?.Dispose();
            }

            s_source.StartActivity("acme.alone")?.Dispose();
            Done.SetResult();
            return Task.CompletedTask;
        }
    }
}
