using OrionPlatform.Tests;

namespace OrionPlatform.EndToEnd.Tests;

/// <summary>kill -9 in the middle of a provisioning: the allocation still gets where it was going, once.</summary>
public sealed class KillTests
{
    private static readonly TimeSpan s_recovery = TimeSpan.FromSeconds(90);

    [Theory]
    [InlineData("worker")]
    [InlineData("node-agent")]
    public async Task A_killed_service_comes_back_and_every_allocation_ends_with_exactly_one_process(string service)
    {
        using var folder = new TempFolder();
        await using var platform = await RunningPlatform.StartAsync(folder.Path);
        var running = await platform.RequestAllocationAsync();
        await platform.BecomesAsync(running, "active");

        var inFlight = await RequestSomeAsync(platform);
        var killed = Assert.Single(platform.Service(service));
        LinuxProcesses.Kill(killed);
        await Eventually.TrueAsync(() => platform.Service(service) is [var next] && next != killed, $"{service} runs again as another process", s_recovery);

        await EndsWithOneProcessEachAsync(platform, [running, .. inFlight]);
    }

    [Fact]
    public async Task A_killed_AppHost_leaves_no_process_and_its_next_start_finishes_what_was_begun()
    {
        using var folder = new TempFolder();
        var first = await RunningPlatform.StartAsync(folder.Path);
        var ids = await RequestSomeAsync(first);
        first.KillAppHost();
        await Eventually.TrueAsync(() => first.Everything().Count == 0 && ids.All(id => RunningPlatform.Workloads(id).Count == 0), "no process of the killed platform is left", s_recovery);
        await first.DisposeAsync();

        await using var second = await RunningPlatform.StartAsync(folder.Path);

        await EndsWithOneProcessEachAsync(second, ids);
    }

    private static async Task<IReadOnlyList<string>> RequestSomeAsync(RunningPlatform platform) =>
        [await platform.RequestAllocationAsync(), await platform.RequestAllocationAsync(), await platform.RequestAllocationAsync()];

    private static async Task EndsWithOneProcessEachAsync(RunningPlatform platform, IReadOnlyList<string> ids)
    {
        foreach (var id in ids)
        {
            await platform.BecomesAsync(id, "active", s_recovery);
            await Eventually.TrueAsync(() => RunningPlatform.Workloads(id).Count == 1, $"exactly one process runs for {id}", s_recovery);
        }

        foreach (var id in ids)
        {
            await platform.ReleaseAsync(id);
            await platform.BecomesAsync(id, "released", s_recovery);
            Assert.Empty(RunningPlatform.Workloads(id));
        }
    }
}
