using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace OrionPlatform.AppHost.Tests;

public sealed partial class AppHostProcessTests : IDisposable
{
    private readonly TempFolder _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task SIGTERM_stops_everything_in_order_and_the_exit_code_is_zero()
    {
        await using var host = AppHostProcess.Start(_home, "--Model=loops");
        await host.SaysAsync("first  | running");
        await host.SaysAsync("second | running");

        Signals.AskToStop(host.Id);

        Assert.Equal(0, await host.ExitAsync());
        Assert.True(host.Output.IndexOf("second | stopping", StringComparison.Ordinal) is var second and > 0 && second < host.Output.IndexOf("first  | stopping", StringComparison.Ordinal), host.Output);
        Assert.Empty(LinuxProcess.With($"MARK={_home.Path}\0"));
    }

    [Fact]
    public async Task SIGKILL_of_AppHost_leaves_no_process_behind_and_even_then_they_stop_in_order()
    {
        await using var host = AppHostProcess.Start(_home, "--Model=loops", $"--Data:Directory={_home.File("data")}");
        await host.SaysAsync("second | running");

        Signals.End(host.Id);

        await Eventually.TrueAsync(() => LinuxProcess.With($"MARK={_home.Path}\0").Count == 0, "everything AppHost started is gone");
        Assert.Equal(["second", "first"], await File.ReadAllLinesAsync(_home.File("order")));
    }

    [Fact]
    public async Task A_descendant_that_left_its_parent_is_found_too()
    {
        await using var host = AppHostProcess.Start(_home, "--Model=web");
        await host.SaysAsync("Now listening on: ");
        using var http = new HttpClient();
        var child = int.Parse(await http.GetStringAsync(new Uri(Listening().Match(host.Output).Groups["url"].Value + "/child")));
        Assert.True(Signals.Exists(child));

        Signals.AskToStop(host.Id);

        Assert.Equal(0, await host.ExitAsync());
        await Eventually.TrueAsync(() => LinuxProcess.With($"MARK={_home.Path}\0").Count == 0, "the child of the service is gone");
    }

    [Fact]
    public async Task A_process_that_does_not_stop_is_killed_on_a_second_interrupt()
    {
        await using var host = AppHostProcess.Start(_home, "--Model=deaf");
        await host.SaysAsync("deaf | running");

        Signals.AskToStop(host.Id);
        await Eventually.TrueAsync(
            () =>
            {
                LinuxProcess.Interrupt(host.Id);
                return host.Output.Contains("did not stop before the second signal and was killed", StringComparison.Ordinal);
            },
            "it is said that the process was killed");

        Assert.Equal(0, await host.ExitAsync());
        Assert.Empty(LinuxProcess.With($"MARK={_home.Path}\0"));
    }

    [Fact]
    public async Task The_login_line_is_printed_once_its_service_is_healthy()
    {
        await using var host = AppHostProcess.Start(_home, "--Model=web");
        await host.SaysAsync("Login to the dashboard at ");

        Assert.Matches(@"(?m)^ *Login to the dashboard at http://localhost:[0-9]+/panel\?t=token$", host.Output);
        Assert.Contains("Distributed application started. Press Ctrl+C to shut down.", host.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_taken_port_ends_AppHost_with_one_sentence_and_an_exit_code()
    {
        using var occupied = new TcpListener(IPAddress.Loopback, 0);
        occupied.Start();
        var port = ((IPEndPoint)occupied.LocalEndpoint).Port;
        await using var host = AppHostProcess.Start(_home, "--Model=web", $"--Ports:Web={port}");

        Assert.Equal(1, await host.ExitAsync());
        await host.SaysAsync($"error: Port {port} of resource 'web' (endpoint 'http') is taken by another process; stop that process, or choose another port, for example --Ports:Web=0 for a free one.");
        Assert.DoesNotContain("   at ", host.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_parameter_ends_AppHost_with_one_sentence_and_an_exit_code()
    {
        await using var host = AppHostProcess.Start(_home, "--Model=needs-a-value");

        Assert.Equal(1, await host.ExitAsync());
        await host.SaysAsync("error: Parameter 'region' has no value (where the nodes are); give it with --Parameters:region=VALUE");
        Assert.DoesNotContain("   at ", host.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_AppHost_on_the_same_data_folder_is_refused_and_the_first_is_named()
    {
        var data = $"--Data:Directory={_home.File("data")}";
        await using var first = AppHostProcess.Start(_home, "--Model=loops", data);
        await first.SaysAsync("second | running");
        await using var second = AppHostProcess.Start(_home, "--Model=loops", data);

        Assert.Equal(1, await second.ExitAsync());
        await second.SaysAsync($"error: Another AppHost (process {first.Id}) is using the data folder {_home.File("data")}; stop it, or choose another folder with --Data:Directory=FOLDER.");
    }

    [Fact]
    public async Task A_persisted_secret_is_the_same_in_the_next_run_and_readable_by_its_owner_alone_and_the_other_is_new()
    {
        var (kept, fresh) = await SecretsAsync();
        var (keptAgain, freshAgain) = await SecretsAsync();

        Assert.Equal(kept, keptAgain);
        Assert.NotEqual(fresh, freshAgain);
        var file = Assert.Single(Directory.GetFiles(_home.Path, "secrets.json", SearchOption.AllDirectories));
        Assert.Contains(kept, await File.ReadAllTextAsync(file), StringComparison.Ordinal);
        Assert.DoesNotContain(fresh, await File.ReadAllTextAsync(file), StringComparison.Ordinal);
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(file) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    private async Task<(string Kept, string Fresh)> SecretsAsync()
    {
        await using var host = AppHostProcess.Start(_home, "--Model=secret");
        await host.SaysAsync("show | kept=");
        var match = Secrets().Match(host.Output);
        return (match.Groups["kept"].Value, match.Groups["fresh"].Value);
    }

    [GeneratedRegex("kept=(?<kept>[A-Za-z0-9]{22}) fresh=(?<fresh>[A-Za-z0-9]{22})", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Secrets();

    [GeneratedRegex("Now listening on: (?<url>http://\\S+)\n", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Listening();
}
