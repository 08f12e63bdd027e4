using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.FeatureManagement;
using Orion.Telemetry.CanonicalLines;
using Orion.Telemetry.Tracing;

namespace Orion.Telemetry.Tests;

public sealed class CanonTests
{
    [Fact]
    public async Task Enrichers_add_their_fields_to_requests_and_jobs_and_may_fail()
    {
        await using var app = await TestApp.StartAsync(
            a => a.MapGet("/v1/plan", () => Canon.Tenant("acme")),
            b =>
            {
                b.Services.AddSingleton<ILineEnricher, BrokenEnricher>();
                b.Services.AddSingleton<ILineEnricher, PlanEnricher>();
            });

        await app.Client.GetAsync("/v1/plan");
        Processing.Start(new ProcessingInfo { Name = "worker.x", EventType = "x", EventId = "1", Subject = "s", Tenant = "globex" })
            .Dispose();

        Assert.Contains((await app.TraceAsync("/v1/plan")).Line.Attributes, a => a is { Key: "plan", Value: "plan-of-acme" });
        Assert.Contains((await app.TraceAsync("x")).Line.Attributes, a => a is { Key: "plan", Value: "plan-of-globex" });
        Assert.Single(app.Logs, l => l.Message.StartsWith("The enricher BrokenEnricher failed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_evaluated_flag_is_on_the_line()
    {
        await using var app = await TestApp.StartAsync(
            a => a.MapGet("/v1/flags", async (IFeatureManager flags) =>
                $"{await flags.IsEnabledAsync("welcome")} {await flags.IsEnabledAsync("beta")}"),
            settings: [("FeatureManagement:welcome", "true"), ("FeatureManagement:beta", "false"), ("FeatureManagement:unasked", "true")]);

        Assert.Equal("True False", await app.Client.GetStringAsync("/v1/flags"));

        var fields = (await app.TraceAsync("/v1/flags")).Line.Attributes.Where(a => a.Key.StartsWith("flag.", StringComparison.Ordinal))
            .ToDictionary(a => a.Key, a => a.Value);
        Assert.Equal(new Dictionary<string, object?> { ["flag.welcome"] = true, ["flag.beta"] = false }, fields);
        Assert.False(await app.Services.GetRequiredService<IFeatureManager>().IsEnabledAsync("beta"));
    }

    [Fact]
    public async Task In_development_a_tag_of_one_entity_is_warned_about_once_with_its_place()
    {
        await using var app = await TestApp.StartAsync(
            a => a.MapGet("/v1/tags", () =>
            {
                Canon.Tag("who", Guid.NewGuid().ToString());
                Canon.Tag("plan", "pro");
                Canon.Add("whoever", Guid.NewGuid());
            }),
            environment: "Development");

        await app.Client.GetAsync("/v1/tags");
        await app.Client.GetAsync("/v1/tags");

        await Eventually.TrueAsync(() => app.Traces.Count == 2, "both lines");
        var warning =
            Assert.Single(app.Logs, l => l.Level == LogLevel.Warning && l.Message.StartsWith("Canon.Tag(", StringComparison.Ordinal));
        Assert.Contains("CanonTests.cs:", warning.Message, StringComparison.Ordinal);
        Assert.Contains("a uuid", warning.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pro", null)]
    [InlineData("eu-west-1", null)]
    [InlineData(true, null)]
    [InlineData(503, null)]
    [InlineData("2026-11", null)]
    [InlineData("ann@example.com", "an e-mail address")]
    [InlineData("0198f3c2-7b1a-7c3e-9d4f-1a2b3c4d5e6f", "a uuid")]
    [InlineData("order-1234567890", "a long number")]
    [InlineData(1234567890L, "a long number")]
    [InlineData("e3b0c44298fc1c149afbf4c8996fb924", "a uuid")]
    [InlineData("e3b0c44298fc1c149afbf4c8996fb92427ae41e4", "a hash")]
    public void A_dimension_has_few_values(object value, string? kind) => Assert.Equal(kind, TagLint.Kind(value));

    private sealed class PlanEnricher : ILineEnricher
    {
        public void Enrich(LineContext line) => line.Tag("plan", "plan-of-" + line.Tenant);
    }

    private sealed class BrokenEnricher : ILineEnricher
    {
        public void Enrich(LineContext line) => throw new InvalidOperationException("broken");
    }
}
