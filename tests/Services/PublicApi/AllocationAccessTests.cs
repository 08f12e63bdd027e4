namespace OrionPlatform.Services.Tests;

/// <summary>Whose an allocation is.</summary>
public sealed class AllocationAccessTests(SharedApi shared) : IClassFixture<SharedApi>
{
    private readonly ApiUnderTest _api = shared.Api;

    [Fact]
    public async Task Another_tenants_project_and_allocation_are_not_there()
    {
        var acme = _api.Tenant("acme");
        var globex = _api.Tenant("globex");
        var id = await globex.RequestAsync();
        foreach (var path in (string[])["allocations", $"allocations/{id}", $"allocations/{id}/live"])
        {
            using var answer = await acme.GetAsync(new Uri(globex.BaseAddress!, path));
            await Calls.IsProblemAsync(answer, 404, "project_not_found");
        }

        using var release = await acme.DeleteAsync(new Uri(globex.BaseAddress!, $"allocations/{id}"));
        await Calls.IsProblemAsync(release, 404, "project_not_found");
        foreach (var path in (string[])[$"allocations/{id}", $"allocations/{id}/live"])
        {
            using var through = await acme.GetAsync(new Uri(path, UriKind.Relative));
            await Calls.IsProblemAsync(through, 404, "allocation_not_found");
        }

        Assert.Equal("requested", (await globex.GetAllocationAsync(id)).GetProperty("state").GetString());
    }
}
