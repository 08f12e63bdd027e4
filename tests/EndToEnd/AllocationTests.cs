using OrionPlatform.Tests;

namespace OrionPlatform.EndToEnd.Tests;

/// <summary>One real request all the way through, on the platform as a newcomer starts it.</summary>
[Collection(SharedPlatformGroup.Name)]
public sealed class AllocationTests(SharedPlatform shared)
{
    [LinuxFact]
    public async Task An_allocation_becomes_a_running_process_and_is_gone_after_its_release()
    {
        var id = await shared.Platform.RequestAllocationAsync();
        await shared.Platform.BecomesAsync(id, "active");
        Assert.Single(PlatformAllocations.Workloads(id));

        await shared.Platform.ReleaseAsync(id);
        await shared.Platform.BecomesAsync(id, "released");
        Assert.Empty(PlatformAllocations.Workloads(id));
    }
}
