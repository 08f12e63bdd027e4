using OrionPlatform.Tests;

namespace OrionPlatform.EndToEnd.Tests;

/// <summary>What the services' processes are really given: no more than each needs.</summary>
[Collection(SharedPlatformGroup.Name)]
public sealed class EnvironmentTests(SharedPlatform shared)
{
    [LinuxTheory]
    [InlineData(
        "api",
        "ConnectionStrings__store", "ConnectionStrings__telemetry", "Orion__Node__JoinToken", "Orion__Ops__LoginToken",
        "Orion__Otlp__ApiKey", "Orion__Otlp__Keys__agent__Key")]
    [InlineData("worker", "ConnectionStrings__store", "ConnectionStrings__telemetry")]
    [InlineData(
        "node-agent",
        "Orion__Agent__OrphanGrace", "Orion__Agent__StateDirectory", "Orion__Node__JoinToken", "Orion__Otlp__ApiKey",
        "Orion__Otlp__Endpoint")]
    public void A_service_gets_the_settings_and_secrets_it_needs_and_no_others(string service, params string[] expected)
    {
        var given = LinuxProcesses.Variables(shared.Platform.Service(service)[0])
            .Where(name => name.StartsWith("Orion__", StringComparison.Ordinal)
                || name.StartsWith("ConnectionStrings__", StringComparison.Ordinal));

        Assert.Equal(expected, given.Order(StringComparer.Ordinal));
    }

    [LinuxTheory]
    [InlineData("DOTNET_ENVIRONMENT", "Development")]
    [InlineData("OTEL_DOTNET_EXPERIMENTAL_ASPNETCORE_DISABLE_URL_QUERY_REDACTION", "false")]
    [InlineData("OTEL_DOTNET_EXPERIMENTAL_HTTPCLIENT_DISABLE_URL_QUERY_REDACTION", "false")]
    [InlineData("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "false")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", null)]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", null)]
    public void Without_a_dashboard_nothing_is_sent_to_one_and_nothing_switches_redaction_off(string variable, string? value) =>
        Assert.All(
            (string[])["api", "worker", "node-agent"],
            service => Assert.Equal(value, LinuxProcesses.Variable(shared.Platform.Service(service)[0], variable)));

    [Fact]
    public async Task A_second_AppHost_on_the_same_data_folder_is_refused()
    {
        await using var second = AppHostProcess.Launch(
            shared.Platform.DataFolder, ["--Ports:Api=0", $"--Data:Directory={shared.Platform.DataFolder}"]);

        Assert.Equal(1, await second.EndAsync());
        Assert.Contains(
            $"error: Another AppHost is using the data folder {shared.Platform.DataFolder}", second.Output, StringComparison.Ordinal);
    }
}
