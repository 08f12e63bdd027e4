using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Orion.Alerts.Rules;
using Orion.Sink.Alerts;
using Orion.Sink.Rows;
using Orion.Store.Jobs;
using OrionPlatform.ServiceDefaults;
using OrionPlatform.Tests;
using OrionPlatform.Worker;

namespace OrionPlatform.Services.Tests;

/// <summary>The rules that the worker adds to the platform's.</summary>
[Trait("Store", "once")]
public sealed class AlertRuleTests
{
    [Fact]
    public async Task A_slow_public_api_raises_an_alert_with_its_figures()
    {
        await using var watched = Alerted();
        watched.Requests(200, TimeSpan.FromMilliseconds(400), SpanStatus.Unset);

        await watched.LookAfterAsync(TimeSpan.FromSeconds(1));
        var alerts = await watched.LookAfterAsync(TimeSpan.FromSeconds(30));

        var alert = alerts.Single(a => a.Rule == "api_latency");
        Assert.Equal(("api_latency", "public_api_p95_300ms", AlertState.Firing), (alert.Rule, alert.Subject, alert.State));
        Assert.Contains("200 of the public API's 200 requests", alert.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failing_requests_raise_an_alert_and_a_handful_of_them_does_not()
    {
        await using var watched = Alerted();
        watched.Requests(50, TimeSpan.FromMilliseconds(5), SpanStatus.Error);
        Assert.DoesNotContain(await watched.LookAfterAsync(TimeSpan.FromSeconds(1)), a => a.Rule == "api_errors");

        watched.Requests(50, TimeSpan.FromMilliseconds(5), SpanStatus.Error);

        Assert.Contains(await watched.LookAfterAsync(TimeSpan.FromSeconds(1)), a => a.Rule == "api_errors");
    }

    [Fact]
    public async Task Every_rule_has_a_runbook()
    {
        await using var watched = Alerted();

        Assert.Contains(watched.Rules, r => r.Name == "api_errors");
        Assert.All(watched.Rules, rule =>
            Assert.True(File.Exists(Path.Combine(Root(), rule.Runbook)), $"{rule.Name} has no runbook at {rule.Runbook}."));
    }

    // A rule may ask the job queue, as in docs/first-alert.md; the store is made when one does.
    private static AlertedSink Alerted() => new(Slos.All, services =>
    {
        services.AddSingleton(_ => new DomainUnderTest());
        services.AddSingleton(s => new JobQueue(s.GetRequiredService<DomainUnderTest>().Store));
        AlertRules.Add(services);
    });

    private static string Root([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", "..", ".."));
}
