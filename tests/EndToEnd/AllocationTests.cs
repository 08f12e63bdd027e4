using OrionPlatform.Tests;

namespace OrionPlatform.EndToEnd.Tests;

/// <summary>One real request all the way through, on the platform as a newcomer starts it.</summary>
public sealed class AllocationTests
{
    [Fact]
    public async Task An_allocation_becomes_a_running_process_and_is_gone_after_its_release()
    {
        using var folder = new TempFolder();
        await using var platform = await RunningPlatform.StartAsync(folder.Path);

        var id = await platform.RequestAllocationAsync();
        await platform.BecomesAsync(id, "active");
        Assert.Single(RunningPlatform.Workloads(id));

        await platform.ReleaseAsync(id);
        await platform.BecomesAsync(id, "released");
        Assert.Empty(RunningPlatform.Workloads(id));
    }

    [Fact]
    public async Task Stopping_the_platform_leaves_no_process_behind()
    {
        using var folder = new TempFolder();
        var platform = await RunningPlatform.StartAsync(folder.Path);
        var id = await platform.RequestAllocationAsync();
        await platform.BecomesAsync(id, "active");

        await platform.DisposeAsync();

        Assert.Empty(platform.Everything());
        Assert.Empty(RunningPlatform.Workloads(id));
    }
}
