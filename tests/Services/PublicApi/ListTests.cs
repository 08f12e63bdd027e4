namespace OrionPlatform.Services.Tests;

/// <summary>Listing, page by page.</summary>
public sealed class ListTests
{
    [Fact]
    public async Task Pages_are_newest_first_and_complete_while_allocations_are_added()
    {
        await using var api = await ApiUnderTest.StartAsync();
        var acme = api.Tenant("acme");
        List<string> made = [];
        for (var i = 0; i < 5; i++)
        {
            made.Add(await acme.RequestAsync());
        }

        List<string> seen = [];
        string? next = null;
        do
        {
            var path = "allocations?limit=2" + (next is null ? "" : "&after=" + next);
            using var answer = await acme.GetAsync(new Uri(path, UriKind.Relative));
            var page = await Calls.JsonAsync(answer);
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(a => a.GetProperty("id").GetString()!));
            next = page.GetProperty("next").GetString();
            await acme.RequestAsync();
        }
        while (next is not null);

        Assert.Equal(made.Order().Reverse(), seen);
    }

    [Fact]
    public async Task Only_a_states_allocations_are_listed_when_asked()
    {
        await using var api = await ApiUnderTest.StartAsync();
        var acme = api.Tenant("acme");
        var kept = await acme.RequestAsync();
        await acme.ReleaseAsync(await acme.RequestAsync());
        using var answer = await acme.GetAsync(new Uri("allocations?state=requested", UriKind.Relative));
        Assert.Equal(kept, Assert.Single((await Calls.JsonAsync(answer)).GetProperty("items").EnumerateArray()).GetProperty("id")
            .GetString());
    }
}
