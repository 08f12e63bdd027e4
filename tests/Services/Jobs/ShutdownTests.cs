using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OrionPlatform.Tests;

namespace OrionPlatform.Services.Tests;

/// <summary>How long a worker that stops waits for its jobs.</summary>
public sealed class ShutdownTests
{
    [Theory]
    [InlineData("00:00:00", 5)]
    [InlineData("00:00:03", 5)]
    [InlineData("00:00:40", 42)]
    public async Task The_host_waits_at_least_as_long_as_the_grace_of_its_jobs(string grace, int seconds)
    {
        using var folder = new TempFolder();
        await using var worker = Worker.Program.Build([.. ApiUnderTest.Arguments(folder.Path), $"--Orion:Jobs:ShutdownGrace={grace}"]);
        Assert.Equal(TimeSpan.FromSeconds(seconds), worker.Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout);
    }
}
