using OrionPlatform.Domain;

namespace OrionPlatform.Services.Tests;

/// <summary>The worker, in process, with nodes played by the test.</summary>
public sealed class CapacityTests
{
    [Fact]
    public async Task An_allocation_waits_for_room_and_fails_by_name_when_none_comes()
    {
        await using var api = await ApiUnderTest.StartAsync();
        await using var worker =
            Worker.Program.Build([.. ApiUnderTest.Arguments(api.Folder), "--Orion:Provisioning:CapacityDeadline=00:00:03"]);
        await worker.StartAsync();
        var acme = api.Tenant("acme");

        var early = await acme.RequestAsync("patient");
        await acme.BecomesAsync(early, "provisioning");
        Assert.Null((await acme.GetAllocationAsync(early)).GetProperty("nodeId").GetString());
        var (_, nodeId) = await api.NodeAsync("n1", 1, "patient");
        await Eventually.TrueAsync(
            async () => (await acme.GetAllocationAsync(early)).GetProperty("nodeId")
                .GetString() == nodeId, "it is placed once there is room");

        var late = await acme.RequestAsync("patient");
        await acme.BecomesAsync(late, "failed");
        Assert.Equal(FailureReason.NoCapacity, (await acme.GetAllocationAsync(late)).GetProperty("reason").GetString());
        await worker.StopAsync();
    }
}
