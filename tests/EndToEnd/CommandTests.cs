using System.Net;
using System.Text.Json;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;

namespace OrionPlatform.EndToEnd.Tests;

/// <summary>The buttons on the resources of Aspire's dashboard.</summary>
[Collection(SharedPlatformGroup.Name)]
public sealed class CommandTests(SharedPlatform shared)
{
    [Fact]
    public async Task A_new_login_link_opens_the_panel_once()
    {
        var result = await RunAsync("api", "ops-login-link");

        var link = new Uri(result.Data!.Value);
        using var browser = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false });
        using var first = await browser.GetAsync(link);
        using var again = await browser.GetAsync(link);
        Assert.Equal(HttpStatusCode.SeeOther, first.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, again.StatusCode);
    }

    [Fact]
    public async Task A_sent_allocation_becomes_active()
    {
        var result = await RunAsync("api", "send-allocation");

        var id = JsonDocument.Parse(result.Data!.Value).RootElement.GetProperty("id").GetString()!;
        await shared.Platform.BecomesAsync(id, "active");
        await shared.Platform.ReleaseAsync(id);
    }

    [Fact]
    public async Task Redriving_says_how_many_dead_jobs_there_were() =>
        Assert.Equal("0 dead jobs are claimable again.", (await RunAsync("worker", "redrive-dead-jobs")).Message);

    [Fact]
    public void The_resources_offer_no_other_commands_of_ours()
    {
        var resources = shared.Platform.Application.Services.GetRequiredService<DistributedApplicationModel>().Resources;
        var commands = resources.OfType<ProjectResource>()
            .SelectMany(r => r.Annotations.OfType<ResourceCommandAnnotation>().Select(c => $"{r.Name} {c.Name}"))
            .Where(c => !c.Contains("resource-", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);

        Assert.Equal(
            ["api ops-login-link", "api send-allocation", "api slo-smoke", "worker redrive-dead-jobs"],
            commands.Where(c => !KnownToAspire(c)));
    }

    private static bool KnownToAspire(string command) => command.Split(' ')[1] is "start" or "stop" or "restart" or "rebuild";

    private async Task<ExecuteCommandResult> RunAsync(string resource, string command)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var result = await shared.Platform.Application.ResourceCommands.ExecuteCommandAsync(resource, command, limit.Token);
        Assert.True(result.Success, $"{result.Message}\n{result.Data?.Value}");
        return result;
    }
}
