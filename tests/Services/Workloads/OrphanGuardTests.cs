using System.Diagnostics;
using OrionPlatform.NodeAgent;
using OrionPlatform.Tests;

namespace OrionPlatform.Services.Tests;

/// <summary>The guard as the process that it is, at the end of a pipe that the test holds.</summary>
[Trait("Store", "once")]
public sealed class OrphanGuardTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly string _id = $"al_{Guid.NewGuid():N}";
    private readonly Process _workload;
    private readonly Process _guard;

    public OrphanGuardTests()
    {
        var start = new ProcessStartInfo(WorkloadProcesses.Sleeper) { UseShellExecute = false, RedirectStandardOutput = true };
        start.Environment["ORION_ALLOCATION_ID"] = _id;
        start.Environment["ORION_AGENT_STATE"] = _temp.Path;
        _workload = Process.Start(start)!;
        _guard = StartGuard();
    }

    [LinuxFact]
    public async Task When_the_pipe_breaks_and_nobody_comes_it_ends_what_the_agent_left_and_itself()
    {
        Assert.Single(WorkloadProcesses.Of(_id));
        _guard.StandardInput.Close();

        Assert.Equal(0, await EndOfTheGuardAsync());
        Assert.Empty(WorkloadProcesses.Of(_id));
        Assert.Contains("ending 1 processes of 1 workloads", await _guard.StandardOutput.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [LinuxFact]
    public async Task When_the_folder_was_deleted_it_ends_them_too_and_does_not_make_it_again()
    {
        Directory.Delete(_temp.Path, recursive: true);
        _guard.StandardInput.Close();

        Assert.Equal(0, await EndOfTheGuardAsync());
        Assert.Empty(WorkloadProcesses.Of(_id));
        Assert.False(Directory.Exists(_temp.Path));
    }

    [LinuxFact]
    public async Task When_another_agent_holds_the_folder_it_leaves_everything_to_that_one()
    {
        using var agent = WorkloadFolder.TryTake(_temp.Path);
        Assert.NotNull(agent);
        _guard.StandardInput.Close();

        Assert.Equal(0, await EndOfTheGuardAsync());
        Assert.Single(WorkloadProcesses.Of(_id));
    }

    [LinuxFact]
    public async Task When_another_agent_came_and_was_killed_too_it_leaves_everything_to_the_guard_of_that_one()
    {
        var last = WorkloadFolder.LastGuardFile(_temp.Path);
        await Eventually.TrueAsync(() => File.Exists(last), "the guard is there");
        var first = await File.ReadAllTextAsync(last);
        using var second = StartGuard();
        await Eventually.TrueAsync(() => File.Exists(last) && File.ReadAllText(last) != first, "the second guard is there");
        _guard.StandardInput.Close();

        Assert.Equal(0, await EndOfTheGuardAsync());
        Assert.Single(WorkloadProcesses.Of(_id));

        second.StandardInput.Close();
        await second.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Empty(WorkloadProcesses.Of(_id));
    }

    [LinuxFact]
    public async Task Dismissed_it_goes_at_once_and_ends_nothing()
    {
        await _guard.StandardInput.WriteAsync('x');
        await _guard.StandardInput.FlushAsync();

        Assert.Equal(0, await EndOfTheGuardAsync());
        Assert.Single(WorkloadProcesses.Of(_id));
    }

    public void Dispose()
    {
        foreach (var process in new[] { _guard, _workload })
        {
            process.Kill();
            process.Dispose();
        }

        _temp.Dispose();
    }

    private Process StartGuard()
    {
        string[] arguments = [typeof(NodeAgent.Program).Assembly.Location, OrphanGuard.Verb, _temp.Path, "00:00:00"];
        return Process.Start(new ProcessStartInfo("dotnet", arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
    }

    private async Task<int> EndOfTheGuardAsync()
    {
        await _guard.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return _guard.ExitCode;
    }
}
