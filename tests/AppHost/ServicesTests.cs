using Aspire.Hosting.ApplicationModel;

namespace OrionPlatform.AppHost.Tests;

/// <summary>Which services AppHost.cs describes.</summary>
public sealed class ServicesTests : IDisposable
{
    // A service that a team adds is free.
    private static readonly string[] s_known = ["api", "node-agent", "traffic", "worker"];

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("true", "api", "node-agent", "traffic", "worker")]
    [InlineData("false", "api", "node-agent", "worker")]
    public async Task It_runs_the_services_and_traffic_where_it_is_wanted(string traffic, params string[] expected)
    {
        await using var model = await HostedPlatform.ModelAsync(_folder.Path, "--Traffic:Enabled=" + traffic);

        Assert.Equal(
            expected, model.Resources.OfType<ProjectResource>().Select(r => r.Name).Where(s_known.Contains).Order(StringComparer.Ordinal));
    }
}
