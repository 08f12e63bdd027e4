using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orion.Sink.Audit;
using Orion.Telemetry.Audit;
using Orion.Telemetry.CanonicalLines;
using Orion.Telemetry.Metrics;
using Orion.Telemetry.Tracing;
using OrionPlatform.Tests;

namespace OrionPlatform.TraceGate.Tests;

/// <summary>
/// Every surface of telemetry that a service's own code can put a secret on, one row each: each gets a secret of every kind that exists
/// nowhere else, and no byte of the folder, the console or the export may hold one. The running platform is tested from outside by
/// <see cref="CanaryTests"/>.
/// </summary>
public sealed class SurfaceTests
{
    private const string Control = "nothing-secret-here";

    private static readonly Counter<long> s_counter = Measures.Meter.CreateCounter<long>("orion.surface.tests");

    private static readonly (string Surface, Action<Service, string> Put)[] s_surfaces =
    [
        ("span name", (s, x) => Span(span => span.DisplayName = "load for " + x)),
        ("span attribute key", (s, x) => Span(span => span.SetTag(x, 1))),
        ("span attribute: text", (s, x) => Span(span => span.SetTag("note", x))),
        ("span attribute: list of texts", (s, x) => Span(span => span.SetTag("note", (string[])["a", x]))),
        ("span attribute: list of objects", (s, x) => Span(span => span.SetTag("note", (object[])[1, x]))),
        ("span attribute: dictionary", (s, x) =>
            Span(span => span.SetTag("note", new Dictionary<string, string> { ["password"] = x, ["b"] = x }))),
        ("span attribute: bytes", (s, x) => Span(span => span.SetTag("note", Encoding.UTF8.GetBytes(x)))),
        ("span attribute: number", (s, x) => Span(span => span
            .SetTag("note", long.TryParse(x, out var number) ? number : x)
            .SetTag("double", double.TryParse(x, out var real) ? real : x))),
        ("span attribute: object", (s, x) =>
            Span(span => span.SetTag("note", new Uri("https://example.org/?q=" + Uri.EscapeDataString(x))))),
        ("span status", (s, x) => Span(span => span.SetStatus(ActivityStatusCode.Error, x))),
        ("span trace state", (s, x) => Span(span => span.TraceStateString = "k=" + x)),
        ("event name", (s, x) => Span(span => span.AddEvent(new ActivityEvent(x)))),
        ("event attribute", (s, x) =>
            Span(span => span.AddEvent(new ActivityEvent("e", tags: new ActivityTagsCollection { ["note"] = x, [x] = 1 })))),
        ("link attribute", (s, x) =>
            Span(span => span.AddLink(new ActivityLink(span.Context, new ActivityTagsCollection { ["note"] = x, [x] = 1 })))),
        ("SQL text", (s, x) => Span(span => span.SetTag("db.query.text", $"SELECT 1 FROM t WHERE a = '{x}'").SetTag("db.statement", x))),
        ("exception on a span", (s, x) => Span(span => span.Fail("internal", new TalkativeException(x)))),
        ("exception in a log", (s, x) => s.Log.LogError(new InvalidOperationException("outer", new TalkativeException(x)), "failed")),
        ("log body", (s, x) => s.Log.Log(LogLevel.Warning, default, x, null, (state, _) => "It was " + state)),
#pragma warning disable CA2254 // The template is what is tested.
        ("log template", (s, x) =>
            s.Log.LogWarning(x.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal) + " {Count}", 1)),
#pragma warning restore CA2254
        ("log argument", (s, x) => s.Log.LogWarning("for {Note} with {Password}", x, "hidden-" + x)),
        ("log argument: list", (s, x) => s.Log.LogWarning("for {Notes}", (object)(string[])["a", x])),
        ("log argument: dictionary", (s, x) =>
            s.Log.LogWarning("for {Headers}", new Dictionary<string, string> { ["Authorization"] = x, ["Cookie"] = x })),
        ("log scope", (s, x) =>
            { using (s.Log.BeginScope(new Dictionary<string, object> { ["note"] = x, [x] = 1 })) { s.Log.LogWarning("in scope"); } }),
        ("log category", (s, x) => s.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Cat." + x).LogWarning("c")),
        ("canonical field", (s, x) => Job(x, () => Canon.Add("note", x))),
        ("canonical field key", (s, x) => Job(x, () => Canon.Add(x, 1))),
        ("canonical tag", (s, x) => Job(x, () => Canon.Tag("note", x))),
        ("canonical tenant and user", (s, x) => Job(x, () => { Canon.Tenant(x); Canon.User(x); })),
        ("processing span", (s, x) =>
        {
            using (Processing.Start(new ProcessingInfo
            {
                Name = "w." + x,
                EventType = x,
                EventId = x,
                Subject = x,
                CorrelationId = x,
                Tenant = x,
                Subscription = x,
            }))
            {
            }
        }),
        ("failed job", (s, x) =>
        {
            using var job = Processing.Start(new ProcessingInfo { Name = "w.j", EventType = "e", EventId = "1", Subject = "s" });
            job.Fail("internal", new TalkativeException(x));
        }),
        ("metric attribute", (s, x) => s_counter.Add(1, new KeyValuePair<string, object?>("note", x), new("list", (string[])[x]))),
        ("metric attribute key", (s, x) => s_counter.Add(1, new KeyValuePair<string, object?>(x, 1))),
        ("event properties", (s, x) => s.Telemetry.Track(x, x, x, new("note", x), new(x, 1))),
        ("audit metadata", (s, x) =>
            s.Audit(new AuditEntry { Component = "c", Action = "o", Metadata = AuditMetadata.Of(("reason", x), ("old_value", x)) })),
        ("audit entry", (s, x) => s.Audit(new AuditEntry
        {
            Component = x,
            Action = x,
            User = x,
            Session = x,
            Tenant = x,
            Parameters = x,
            Result = x,
            ErrorCode = x,
            ErrorMessage = x,
            CorrelationId = x,
        })),
        ("baggage", (s, x) => Job(x, () => { Activity.Current!.AddBaggage("note", x); Span(_ => { }); })),
        ("URL path", (s, x) => s.Get("/things/" + Uri.EscapeDataString(x))),
        ("URL query", (s, x) => s.Get($"/things/1?note={Uri.EscapeDataString(x)}&{Uri.EscapeDataString(x)}")),
        ("request headers", (s, x) => s.Get("/things/1", x)),
        ("unhandled exception", (s, x) => s.Get("/broken", x)),
    ];

    [Theory]
    [InlineData("Development")]
    [InlineData("Production")]
    public async Task No_surface_lets_a_secret_through(string environment)
    {
        using var folder = new TempFolder();
        var mint = new SecretMint(new Random(4));
        await using var collector = await OtlpCollector.StartAsync();
        var resource = mint.OneOfEach("resource attribute");
        using var console = new StringWriter();
        var real = System.Console.Out;
        System.Console.SetOut(console);
        try
        {
            var named = string.Join(',', resource.Select((s, i) => $"r{i}={Uri.EscapeDataString(s.Text)}"));
            await using var service = await Service.StartAsync(folder.Path, environment, collector.Address, named);
            foreach (var (surface, put) in s_surfaces)
            {
                foreach (var secret in mint.OneOfEach(surface))
                {
                    put(service, secret.Text);
                }
            }

            Span(span => span.DisplayName = Control);
            service.Log.LogWarning(Control);
        }
        finally
        {
            System.Console.SetOut(real);
        }

        Dictionary<string, byte[]> places = Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories)
            .ToDictionary(f => Path.GetRelativePath(folder.Path, f), File.ReadAllBytes);
        Assert.Contains(places.Values, bytes => Holds(bytes, Control));
        places["console"] = Encoding.UTF8.GetBytes(console.ToString());
        places["export"] = collector.Bytes;
        Assert.All((string[])["console", "export"], place => Assert.True(Holds(places[place], Control), place));
        var leaks = places.SelectMany(p => mint.Made.Where(s => Holds(p.Value, s.Needle)).Select(s => $"{s} is readable in {p.Key}"))
            .ToList();
        Assert.True(leaks.Count == 0, $"{leaks.Count} leaks:\n{string.Join('\n', leaks.Take(100))}");
    }

    private static bool Holds(byte[] bytes, string text) => bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0;

    private static void Span(Action<Activity> shape)
    {
        using var span = Spans.Start("surface.test.span");
        shape(span!);
    }

    private static void Job(string subject, Action work)
    {
        using (Processing.Start(new ProcessingInfo { Name = "surface.test.job", EventType = "test", EventId = "1", Subject = subject }))
        {
            work();
        }
    }

    /// <summary>One whose message and stack both say it.</summary>
    private sealed class TalkativeException(string secret) : Exception("It was " + secret)
    {
        public override string? StackTrace { get; } = $"   at Shop.Pay(\"{secret}\") in /src/Pay.cs:line 7";
    }

    private sealed class Service(WebApplication app, HttpClient client) : IAsyncDisposable
    {
        public IServiceProvider Services => app.Services;

        public ILogger Log { get; } = app.Services.GetRequiredService<ILogger<SurfaceTests>>();

        public TelemetryWriter Telemetry { get; } = app.Services.GetRequiredService<TelemetryWriter>();

        public static async Task<Service> StartAsync(string folder, string environment, string otlp, string resource)
        {
            var builder =
                WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = environment, ApplicationName = "surfaces" });
            builder.Configuration.AddInMemoryCollection(
            [
                new("ConnectionStrings:telemetry", $"Directory={folder}"), new("OTEL_EXPORTER_OTLP_ENDPOINT", otlp),
                new("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
                new("OTEL_RESOURCE_ATTRIBUTES", resource), new("OTEL_METRICS_EXEMPLAR_FILTER", "always_on"),
            ]);
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.AddServiceDefaults();
            var app = builder.Build();
            app.UseServiceDefaults();
            app.MapGet("/things/{id}", (string id) => id);
            app.MapGet("/broken", (Func<Microsoft.AspNetCore.Http.HttpContext, string>)(http =>
                throw new TalkativeException(http.Request.Headers["x-note"].ToString())));
            await app.StartAsync();
            return new Service(app, new HttpClient { BaseAddress = new Uri(app.Urls.First()) });
        }

        public void Audit(AuditEntry entry) => Services.GetRequiredService<AuditTrail>().DoneAsync(entry).GetAwaiter().GetResult();

        public void Get(string path, string? header = null)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            string[] names =
                ["x-note", "baggage", "tracestate", "User-Agent", "Referer", "Cookie", "X-Correlation-ID", "Authorization"];
            foreach (var name in header is null ? [] : names)
            {
                request.Headers.TryAddWithoutValidation(name, (name is "baggage" or "tracestate" ? "k=" : "") + header!.Replace('\n', ' '));
            }

            client.Send(request).Dispose();
        }

        public async ValueTask DisposeAsync()
        {
            client.Dispose();
            await app.StopAsync();
            await app.DisposeAsync();
        }
    }
}
