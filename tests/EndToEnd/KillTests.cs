using System.Net;
using Aspire.Hosting.ApplicationModel;
using OrionPlatform.Tests;

namespace OrionPlatform.EndToEnd.Tests;

/// <summary>
/// kill -9 of a service in the middle of a provisioning: it is started again, and the allocation still gets where it was going, once.
/// </summary>
[Collection(SharedPlatformGroup.Name)]
public sealed class KillTests(SharedPlatform shared)
{
    [LinuxTheory]
    [InlineData("worker")]
    [InlineData("node-agent")]
    [InlineData("api")]
    public async Task A_killed_service_comes_back_and_every_allocation_ends_with_exactly_one_process(string service)
    {
        var platform = shared.Platform;
        var running = await platform.RequestAllocationAsync();
        await platform.BecomesAsync(running, "active");

        var inFlight = await Allocations.RequestSomeAsync(platform);
        var killed = platform.Service(service).Min(); // A workload that is just being started looks like its agent for a moment.
        LinuxProcesses.Kill(killed);
        await Eventually.TrueAsync(
            () => platform.Service(service) is [var next] && next != killed,
            $"{service} runs again as another process",
            Allocations.Recovery);
        await Allocations.AnswersAgainAsync(platform);

        await Allocations.EndWithOneProcessEachAsync(platform, [running, .. inFlight]);
        Assert.Contains($"{service} was killed; starting it again in", platform.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_is_stopped_by_its_button_stays_down_until_it_is_started()
    {
        using var limit = new CancellationTokenSource(Allocations.Recovery);
        var application = shared.Platform.Application;
        var before = Restarts();

        await RunAsync(KnownResourceCommands.StopCommand);
        await application.ResourceNotifications.WaitForResourceAsync("worker", KnownResourceStates.TerminalStates, limit.Token);
        await RunAsync(KnownResourceCommands.StartCommand);
        await application.ResourceNotifications.WaitForResourceHealthyAsync("worker", limit.Token);

        Assert.Equal(before, Restarts());

        async Task RunAsync(string command) =>
            Assert.True((await application.ResourceCommands.ExecuteCommandAsync("worker", command, limit.Token)).Success);

        int Restarts() => shared.Platform.Output.Split("starting it again in").Length;
    }
}

/// <summary>AppHost ends and takes everything along.</summary>
public sealed class AppHostEndTests
{
    [LinuxFact]
    public async Task The_printed_link_works_once_and_stopping_the_platform_leaves_no_process_behind()
    {
        using var folder = new TempFolder();
        await using var platform = await AppHostProcess.StartAsync(folder.Path);
        using var browser = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false });
        using var first = await browser.GetAsync(platform.LoginUrl);
        using var again = await browser.GetAsync(platform.LoginUrl);
        Assert.Equal((HttpStatusCode.SeeOther, HttpStatusCode.Unauthorized), (first.StatusCode, again.StatusCode));
        var id = await platform.RequestAllocationAsync();
        await platform.BecomesAsync(id, "active");

        Signals.AskToStop(platform.Process);

        // AppHost is the last to end.
        Assert.Equal(0, await platform.EndAsync());
        Assert.Empty(platform.Service("api").Concat(platform.Service("worker")).Concat(platform.Service("node-agent")));
        Assert.Empty(PlatformAllocations.Workloads(id));
        await Eventually.TrueAsync(() => platform.Everything().Count == 0, "no process of the platform is left");
    }
}

/// <summary>kill -9 of AppHost. Its agent's too has a class of its own, so that the two run beside each other.</summary>
public sealed class AppHostKillTests
{
    [LinuxFact]
    public Task A_killed_AppHost_leaves_no_process_and_its_next_start_finishes_what_was_begun() =>
        KilledAppHost.LeavesNoProcessAndTheNextFinishesAsync(agentToo: false);
}

/// <summary>kill -9 of AppHost and of the agent that would have stopped its workloads.</summary>
public sealed class AppHostAndAgentKillTests
{
    [LinuxFact]
    public Task An_AppHost_that_was_killed_with_its_agent_leaves_no_process_and_its_next_start_finishes_what_was_begun() =>
        KilledAppHost.LeavesNoProcessAndTheNextFinishesAsync(agentToo: true);
}

internal static class KilledAppHost
{
    public static async Task LeavesNoProcessAndTheNextFinishesAsync(bool agentToo)
    {
        using var folder = new TempFolder();
        await using var first = await AppHostProcess.StartAsync(folder.Path);
        var running = await first.RequestAllocationAsync();
        await first.BecomesAsync(running, "active");
        var ids = await Allocations.RequestSomeAsync(first);
        var agent = first.Service("node-agent").Min(); // A workload that is just being started looks like its agent for a moment.
        first.Process.Kill();
        if (agentToo)
        {
            LinuxProcesses.Kill(agent);
        }

        ids = [running, .. ids];
        await Eventually.TrueAsync(
            () => first.Everything().Count == 0 && ids.All(id => PlatformAllocations.Workloads(id).Count == 0),
            "no process of the killed platform is left",
            Allocations.Recovery);

        await using var second = await AppHostProcess.StartAsync(folder.Path);

        await Allocations.EndWithOneProcessEachAsync(second, ids);
    }
}

internal static class Allocations
{
    public static readonly TimeSpan Recovery = TimeSpan.FromSeconds(90);

    public static async Task<IReadOnlyList<string>> RequestSomeAsync(RunningPlatform platform) =>
        [await platform.RequestAllocationAsync(), await platform.RequestAllocationAsync(), await platform.RequestAllocationAsync()];

    public static Task AnswersAgainAsync(RunningPlatform platform) => Eventually.TrueAsync(
        async () =>
        {
            try
            {
                using var answer = await platform.Api.GetAsync(new Uri("health", UriKind.Relative));
                return answer.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        },
        "the api answers",
        Recovery);

    public static async Task EndWithOneProcessEachAsync(RunningPlatform platform, IReadOnlyList<string> ids)
    {
        foreach (var id in ids)
        {
            await platform.BecomesAsync(id, "active", Recovery);
            await Eventually.TrueAsync(() => PlatformAllocations.Workloads(id).Count == 1, $"exactly one process runs for {id}", Recovery);
        }

        foreach (var id in ids)
        {
            await platform.ReleaseAsync(id);
            await platform.BecomesAsync(id, "released", Recovery);
            Assert.Empty(PlatformAllocations.Workloads(id));
        }
    }
}
