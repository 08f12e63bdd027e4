using System.Diagnostics;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orion.Sink.Reading;
using Orion.Sink.Rows;
using Orion.Telemetry.CanonicalLines;
using Orion.Telemetry.Correlation;
using Orion.Telemetry.Identity;
using Orion.Telemetry.Tracing;

namespace Orion.Telemetry.Tests;

public sealed class SinkTests
{
    [Fact]
    public async Task What_a_service_did_is_in_its_folder_after_it_has_stopped()
    {
        using var folder = new TempFolder();
        await using (var app = await StartAsync(folder, a => a.MapGet("/v1/things/{id}", (string id, ILogger<SinkTests> logger) =>
        {
            using var span = Spans.Start("api.things.load");
            logger.LogInformation("loading {Thing}", id);
            return id;
        })))
        {
            await app.Client.GetStringAsync("/v1/things/7");
            using (Processing.Start(
                new ProcessingInfo { Name = "worker.thing.make", EventType = "thing.make", EventId = "1", Subject = "7" }))
            {
                Canon.Add("made", true);
            }
        }

        await using var reader = new TelemetryReader(folder.Path, TimeProvider.System);
        var lines = (await reader.LinesAsync(new TraceQuery())).Items;
        Assert.Equal(["/v1/things/{id}", "thing.make"], lines.Select(l => l.Route).Order());
        var request = lines.Single(l => l.LineKind == CanonicalLine.Request);
        Assert.Equal(("things", "public", 200), (request.Service, request.Surface, request.StatusCode));
        var story = await reader.StoryAsync(request.TraceId);
        Assert.Equal("api.things.load", Assert.Single(story!.Traces.Single().Spans).Name);
        var log = Assert.Single((await reader.LogsAsync(new LogQuery { TraceId = request.TraceId })).Items);
        Assert.Equal(("loading 7", request.CorrelationId), (log.Message, log.CorrelationId));
        var beat = Assert.Single(await reader.HeartbeatsAsync());
        Assert.True(beat is { Alive: true, Beat.Service: "things" });
        Assert.All(await reader.LossAsync(), l => Assert.Equal((0L, 0L, l.Produced), (l.Dropped, l.Buffered, l.Stored)));
    }

    [Fact]
    public async Task Two_instances_of_a_service_have_two_names_and_a_restart_gets_its_name_back()
    {
        using var folder = new TempFolder();
        await using var first = await StartAsync(folder);
        string second;
        await using (var app = await StartAsync(folder))
        {
            second = app.Services.GetRequiredService<ServiceIdentity>().Instance;
        }

        await using var third = await StartAsync(folder);

        Assert.Equal("things", first.Services.GetRequiredService<ServiceIdentity>().Instance);
        Assert.Equal("things-2", second);
        Assert.Equal("things-2", third.Services.GetRequiredService<ServiceIdentity>().Instance);
    }

    [Fact]
    public async Task A_request_in_flight_when_the_service_stops_has_its_line()
    {
        using var folder = new TempFolder();
        var entered = new TaskCompletionSource();
        var finish = new TaskCompletionSource();
        var app = await StartAsync(folder, a => a.MapGet("/slow", async () =>
        {
            entered.SetResult();
            await finish.Task;
            return "late";
        }));
        var call = app.Client.GetStringAsync("/slow");
        await entered.Task;

        var stopping = app.StopAsync();
        finish.SetResult();
        await stopping;
        await call;
        await app.DisposeAsync();

        await using var reader = new TelemetryReader(folder.Path, TimeProvider.System);
        Assert.Equal("/slow", Assert.Single((await reader.LinesAsync(new TraceQuery())).Items).Route);
    }

    [Fact]
    public async Task No_secret_reaches_the_disk_by_any_surface()
    {
        using var folder = new TempFolder();
        var canaries = new List<string>();
        string Mail() => Canary($"canary{canaries.Count:d2}@example.com");
        string Canary(string text)
        {
            canaries.Add(text);
            return text;
        }

        await using (var app = await StartAsync(folder, a =>
        {
            a.MapGet("/v1/leaky/{id}", (string id, ILogger<SinkTests> logger) =>
            {
                Canon.Add("note", Mail());
                Canon.Add("password", Canary("canary-pw-field"));
                Canon.Tag(Mail(), "in the key");
                Canon.Tenant(Mail());
                Canon.User(Mail());
                using (var span = Spans.Start("api.leaky " + Mail()))
                {
                    span!.SetTag("text", Mail());
                    span.SetTag(Mail(), "in the key");
                    span.SetTag("card", long.Parse(Canary("4012888888881881")));
                    span.SetTag("list", new[] { "a", Mail() });
                    span.SetTag("secretAnswer", Canary("canary-secret-answer"));
                    span.AddEvent(new ActivityEvent("event " + Mail(), tags: new ActivityTagsCollection { ["x"] = Mail() }));
                    span.SetStatus(ActivityStatusCode.Error, "status " + Mail());
                }

                using var scope = logger.BeginScope("scope {Email}", Mail());
                logger.LogInformation("plain {Email} and {Password}", Mail(), Canary("canary-pw-argument"));
                logger.LogWarning("interpolated {Text}", "token=" + Canary("canary-interpolated"));
                logger.LogError(new InvalidOperationException("message " + Mail(), new FormatException("inner " + Mail())),
                    "with exception");
                throw new InvalidOperationException("unhandled " + Mail());
            });
        }))
        {
            using var request = new HttpRequestMessage(
                HttpMethod.Get, $"/v1/leaky/{Mail()}?q={Mail()}&access_token={Canary("canary-query-token")}");
            request.Headers.TryAddWithoutValidation("traceparent", "00-12345678901234567890123456789012-1234567890123456-01");
            request.Headers.TryAddWithoutValidation("tracestate", "k=" + Canary("canary-tracestate"));
            request.Headers.TryAddWithoutValidation("baggage", "k=" + Canary("canary-baggage"));
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + Canary("canary-bearer-0001"));
            request.Headers.TryAddWithoutValidation("Cookie", "s=" + Canary("canary-cookie"));
            request.Headers.TryAddWithoutValidation("User-Agent", Mail());
            request.Headers.TryAddWithoutValidation(CorrelationId.Header, Mail());
            using var response = await app.Client.SendAsync(request);
            var leaky = new ProcessingInfo
            {
                Name = "worker.leaky",
                EventType = "leaky",
                EventId = Mail(),
                Subject = Mail(),
                CorrelationId = Mail(),
                Tenant = Mail(),
            };
            using (var job = Processing.Start(leaky))
            {
                job.Fail("internal", new InvalidOperationException("failed " + Mail()));
            }

            await Eventually.TrueAsync(() => app.Traces.Count == 2, "both lines");
        }

        var stored = string.Concat(Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories)
            .Select(f => Encoding.Latin1.GetString(File.ReadAllBytes(f))));
        Assert.Contains("[REDACTED]", stored, StringComparison.Ordinal);
        Assert.Contains("/v1/leaky/{id}", stored, StringComparison.Ordinal);
        Assert.DoesNotContain(canaries, c => stored.Contains(c, StringComparison.Ordinal));
        Assert.True(canaries.Count > 25, $"only {canaries.Count} canaries were let out");
    }

    private static Task<TestApp> StartAsync(TempFolder folder, Action<WebApplication>? map = null) =>
        TestApp.StartAsync(map, settings: [("ConnectionStrings:telemetry", $"Directory={folder.Path}"), ("OTEL_SERVICE_NAME", "things")]);
}
