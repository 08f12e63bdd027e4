using OrionPlatform.Tests;

namespace OrionPlatform.EndToEnd.Tests;

/// <summary>The same platform with its store on PostgreSQL, as a newcomer without a container engine gets it.</summary>
public sealed class PostgresTests
{
    private static readonly string[] s_arguments =
        ["--Store:Engine=postgres", "--Store:Container=false", "--Replicas:Api=2", "--Replicas:Worker=2"];

    [LocalPostgresFact]
    public async Task Two_apis_and_two_workers_on_a_local_server_bring_an_allocation_up_and_leave_no_process_behind()
    {
        using var folder = new TempFolder();
        var platform = await HostedPlatform.StartAsync(folder.Path, s_arguments);
        try
        {
            Assert.Equal((2, 2), (platform.Service("api").Count, platform.Service("worker").Count));
            await ActiveAndReleasedAsync(platform);

            // The server goes the way that services do, and comes back.
            var server = Server(folder.Path);
            LinuxProcesses.Kill(server);
            await Eventually.TrueAsync(() => Server(folder.Path) is > 0 and var next && next != server, "the server runs again");
            await ActiveAndReleasedAsync(platform);
        }
        finally
        {
            await platform.DisposeAsync();
        }

        await Eventually.TrueAsync(() => platform.Everything().Count == 0, "no process of the platform is left");
    }

    private static async Task ActiveAndReleasedAsync(HostedPlatform platform)
    {
        var id = await platform.RequestAllocationAsync();
        await platform.BecomesAsync(id, "active");
        await platform.ReleaseAsync(id);
        await platform.BecomesAsync(id, "released");
    }

    private static int Server(string folder)
    {
        // The first line is the number of the server's process.
        var file = Path.Combine(folder, "postgres", "cluster", "postmaster.pid");
        return File.Exists(file) && int.TryParse(File.ReadLines(file).FirstOrDefault(), out var pid) ? pid : 0;
    }
}
