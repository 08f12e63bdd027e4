using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orion.Sink;
using Orion.Sink.Rollups;
using Orion.Sink.ServiceLevels;
using Orion.Telemetry.Logs;

namespace Orion.Telemetry.Tests;

public sealed class SloOptionsTests
{
    [Fact]
    public void A_changed_limit_reaches_the_sink_and_an_unchanged_objective_stays()
    {
        using var folder = new TempFolder();
        using var services = Services(
            folder,
            ("Orion:Slos:Objectives:public_api_p95_300ms:Limit", "00:00:00.250"),
            ("Orion:Slos:Objectives:public_api_errors_0_1pct:Objective", "99.5"));

        var slos = services.GetRequiredService<IOptions<SloOptions>>().Value;
        Assert.Equal((TimeSpan.FromMilliseconds(250), 95.0),
            (slos.Of(ExampleSlos.PublicApiP95).Limit, slos.Of(ExampleSlos.PublicApiP95).Objective));
        Assert.Equal("99.5 % succeed", slos.Of(ExampleSlos.PublicApiErrors).Promise);
        var counted = services.GetRequiredService<IOptions<TelemetrySinkOptions>>().Value.Slos;
        Assert.Equal(ExampleSlos.All.Select(s => s.Name), counted.Select(r => r.Name));
        Assert.Equal(new SloRule("public_api_p95_300ms") { Surface = "public", Limit = TimeSpan.FromMilliseconds(250) }, counted[0]);
        Assert.Equal(new SloRule("membership_p95_20ms") { Span = "api.tenants.resolve", Limit = TimeSpan.FromMilliseconds(20) },
            counted[2]);
    }

    [Theory]
    [InlineData("public_api_p59:Limit", "00:00:01", "Orion:Slos:Objectives:public_api_p59 is no SLO")]
    [InlineData("public_api_p95_300ms:Objective", "100",
        "Orion:Slos:Objectives:public_api_p95_300ms:Objective must be above 0 and below 100 percent, not 100")]
    [InlineData("public_api_p95_300ms:Limit", "00:00:00", "Orion:Slos:Objectives:public_api_p95_300ms:Limit must be between 1 ms and 1 h")]
    [InlineData("public_api_errors_0_1pct:Limit", "00:00:01",
        "Orion:Slos:Objectives:public_api_errors_0_1pct:Limit: this SLO is not about latency")]
    public void What_makes_no_sense_is_refused_with_its_key(string key, string value, string message)
    {
        using var folder = new TempFolder();
        using var services = Services(folder, ($"Orion:Slos:Objectives:{key}", value));

        var refused = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptions<SloOptions>>().Value);
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_budget_is_what_the_objective_leaves_over()
    {
        var slo = ExampleSlos.PublicApiErrors;
        Assert.Equal(0.5, slo.BudgetLeft(new SloCount(slo.Name, 9_995, 10_000)), 9);
        Assert.Equal(-1, slo.BudgetLeft(new SloCount(slo.Name, 9_980, 10_000)), 9);
        Assert.Equal(1, slo.BudgetLeft(new SloCount(slo.Name, 0, 0)));
    }

    [Fact]
    public async Task Rollups_that_are_wrong_are_a_warning_in_the_log()
    {
        using var folder = new TempFolder();
        await using var services = Services(folder);
        var told = services.GetRequiredService<IOptions<TelemetrySinkOptions>>().Value.RollupsChecked!;
        told(new RollupDayCheck("api", new DateOnly(2026, 1, 5), DateTimeOffset.UnixEpoch, 1440, 0, false));
        told(new RollupDayCheck("api", new DateOnly(2026, 1, 6), DateTimeOffset.UnixEpoch, 1440, 2, false)
        {
            Examples = [new RollupDifference(DateTimeOffset.UnixEpoch.AddHours(7), "route", "api", "public", "/v1/things", 9, 2, 0, 1)],
        });

        var records = services.GetRequiredService<LogRing>().Recent().Where(r => r.Category == "Orion.Sink.Rollups").OrderBy(r => r.Level)
            .ToList();
        Assert.Equal([LogLevel.Information, LogLevel.Warning], records.Select(r => r.Level));
        Assert.Contains("2 differences in 1440 minutes, left as they are", records[1].Message, StringComparison.Ordinal);
        Assert.Contains("07:00 route", records[1].Message, StringComparison.Ordinal);
        Assert.Contains("9 rolled up, 2 raw", records[1].Message, StringComparison.Ordinal);
    }

    private static ServiceProvider Services(TempFolder folder, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        var telemetry = new Dictionary<string, string?> { ["ConnectionStrings:telemetry"] = $"Directory={folder.File("telemetry")}" };
        builder.Configuration.AddInMemoryCollection(
            telemetry.Concat(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))));
        builder.AddServiceDefaults();
        return builder.Services.BuildServiceProvider();
    }
}
