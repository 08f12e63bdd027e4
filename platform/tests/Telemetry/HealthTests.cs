using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Orion.Sink.Rows;

namespace Orion.Telemetry.Tests;

public sealed class HealthTests
{
    private const string Key = "health-key-0123456789";

    [Fact]
    public async Task Everyone_gets_the_status_and_only_the_key_gets_details()
    {
        await using var app = await TestApp.StartAsync(
            configure: b => b.Services.AddHealthChecks()
                .AddCheck("store", () => HealthCheckResult.Unhealthy("disk full")), settings: ("Orion:Health:Key", Key));

        Assert.Equal("Unhealthy", await BodyAsync(app, "/health", null));
        Assert.Equal("Unhealthy", await BodyAsync(app, "/health", "wrong-key-0123456789"));
        Assert.Equal("Healthy", await BodyAsync(app, "/alive", null));
        Assert.Contains("disk full", await BodyAsync(app, "/health", Key), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_configured_key_nobody_gets_details()
    {
        await using var app = await TestApp.StartAsync();

        Assert.Equal("Healthy", await BodyAsync(app, "/health", ""));
        Assert.Equal("Healthy", await BodyAsync(app, "/health", "anything"));
    }

    [Fact]
    public async Task A_process_whose_background_service_failed_does_not_end_as_if_it_had_been_asked_to()
    {
        Assert.Equal(0, Environment.ExitCode);
        try
        {
            await using (var app = await TestApp.StartAsync(configure: b => b.Services.AddHostedService<Sound>()))
            {
                await app.StopAsync();
                Assert.Equal(0, Environment.ExitCode);
            }

            await using (var app = await TestApp.StartAsync(configure: b => b.Services.AddHostedService<Failing>()))
            {
                await app.StopAsync();
                Assert.Equal(1, Environment.ExitCode);
            }
        }
        finally
        {
            Environment.ExitCode = 0;
        }
    }

    [Theory]
    [InlineData("Orion:Heartbeat:Interval", "00:00:00", "Orion:Heartbeat:Interval")]
    [InlineData("Orion:Heartbeat:Interval", "soon", "Orion:Heartbeat:Interval")]
    [InlineData("Orion:Lag:Interval", "01:00:00", "Orion:Lag:Interval")]
    [InlineData("Orion:Lag:StallThreshold", "00:00:00.001", "Orion:Lag:StallThreshold")]
    [InlineData("Orion:Tracing:RingSize", "1", "Orion:Tracing:RingSize")]
    [InlineData("Orion:Logs:RingSize", "0", "Orion:Logs:RingSize")]
    [InlineData("Orion:Sanitize:MaxLength", "7", "Orion:Sanitize:MaxLength")]
    [InlineData("Orion:Health:Key", "short", "Orion:Health:Key")]
    [InlineData("Orion:Outgoing:Retries", "99", "Orion:Outgoing:Retries")]
    [InlineData("Orion:Outgoing:TotalTimeout", "00:00:01", "Orion:Outgoing:TotalTimeout")]
    [InlineData("ConnectionStrings:telemetry", "Data Source=x", "ConnectionStrings:telemetry")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318/", "OTEL_EXPORTER_OTLP_ENDPOINT")]
    public async Task A_bad_setting_stops_the_start_and_is_named(string key, string value, string named)
    {
        var error = await Assert.ThrowsAnyAsync<Exception>(() => TestApp.StartAsync(settings: (key, value)));

        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    private static async Task<string> BodyAsync(TestApp app, string path, string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + key);
        }

        using var response = await app.Client.SendAsync(request);
        return await response.Content.ReadAsStringAsync();
    }

    private sealed class Sound : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.Delay(Timeout.Infinite, stoppingToken);
    }

    private sealed class Failing(IHostApplicationLifetime lifetime) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
            await started.Task;
            throw new InvalidOperationException("fails");
        }
    }
}
