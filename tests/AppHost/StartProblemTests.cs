using System.Net;
using System.Net.Sockets;

namespace OrionPlatform.AppHost.Tests;

/// <summary>What keeps the platform from running is said in one sentence that names the mend, and AppHost ends with 1.</summary>
public sealed class StartProblemTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(
        "error: Nothing reads the argument --Prots:Api; did you mean --Ports:Api? "
            + "AppHost knows Data:Directory, Ports:Api, Dashboard:Enabled, Traffic:Enabled, Store:Engine, Store:Container, Replicas:Api, "
            + "Replicas:Worker and what Aspire reads.",
        "--Prots:Api=0")]
    [InlineData("error: Nothing reads the argument --Traffic; did you mean --Traffic:Enabled?", "--Traffic=false")]
    [InlineData("error: There is no parameter 'otlp-key'; did you mean --Parameters:otlp-api-key?", "--Parameters:otlp-key=x")]
    [InlineData("error: The argument --Ports:Api has no value; give it one, as in --Ports:Api=VALUE.", "--Ports:Api")]
    [InlineData(
        "error: The argument --Ports:Api has no value; give it one, as in --Ports:Api=VALUE.", "--Ports:Api", "--Traffic:Enabled=false")]
    [InlineData("error: 'quickly' is not an argument; one looks like --Ports:Api=0.", "quickly")]
    [InlineData("error: Ports:Api is 'eighty'; it has to be a port, or 0 for a free one.", "--Ports:Api=eighty")]
    [InlineData("error: Ports:Api is '70000'; it has to be a port, or 0 for a free one.", "--Ports:Api", "70000")]
    [InlineData("error: Traffic:Enabled is 'maybe'; it has to be true or false.", "--Traffic:Enabled=maybe")]
    [InlineData("error: Dashboard:Enabled is 'off'; it has to be true or false.", "--Dashboard:Enabled=off")]
    [InlineData("error: Nothing reads the argument --Store; did you mean --Store:Engine?", "--Store=postgres")]
    [InlineData("error: Store:Engine is 'mysql'; it has to be sqlite or postgres.", "--Store:Engine=mysql")]
    [InlineData("error: Store:Container is 'no'; it has to be true or false.", "--Store:Container=no")]
    [InlineData(
        "error: Store:Engine is postgres, and ConnectionStrings:store names no server; one looks like Host=db;Database=store;Username=app.",
        "--Store:Engine=postgres", "--ConnectionStrings:store=Data Source=x.db")]
    [InlineData("error: Replicas:Api is '0'; it has to be a number from 1 to 16.", "--Replicas:Api=0")]
    [InlineData("error: Replicas:Worker is 'two'; it has to be a number from 1 to 16.", "--Replicas:Worker=two")]
    public async Task An_argument_that_cannot_be_meant_is_refused(string sentence, params string[] arguments) =>
        await RefusedAsync(sentence, arguments);

    [Fact]
    public async Task A_taken_port_is_named_with_a_way_to_choose_another()
    {
        using var occupied = new TcpListener(IPAddress.Loopback, 0);
        occupied.Start();
        var port = ((IPEndPoint)occupied.LocalEndpoint).Port;

        await RefusedAsync(
            $"error: Port {port} of the api is taken by another process; stop that process, or choose another port, "
                + "for example --Ports:Api=0 for a free one.",
            [$"--Ports:Api={port}"]);
    }

    [Fact]
    public async Task A_data_folder_in_use_is_named()
    {
        await using var held = new FileStream(_folder.File("apphost.lock"), FileMode.Create, FileAccess.ReadWrite, FileShare.None);

        await RefusedAsync(
            $"error: Another AppHost is using the data folder {_folder.Path}; stop it, "
                + "or choose another folder with --Data:Directory=FOLDER.",
            ["--Ports:Api=0"]);
    }

    [Fact]
    public async Task A_data_folder_that_is_a_file_is_named()
    {
        var file = _folder.File("file");
        await File.WriteAllTextAsync(file, "");

        await RefusedAsync($"error: The data folder {file} cannot be used: ", ["--Ports:Api=0", $"--Data:Directory={file}"]);
    }

    [Fact]
    public async Task Without_a_home_folder_it_says_which_variable_is_missing()
    {
        var variable = OperatingSystem.IsWindows() ? "USERPROFILE" : "HOME";

        await RefusedAsync(
            $"error: {variable} is not set; Aspire keeps its state and your secrets below it.",
            ["--Ports:Api=0"],
            new Dictionary<string, string?> { [variable] = null });
    }

    private async Task RefusedAsync(
        string sentence, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string?>? environment = null)
    {
        string[] folder = arguments.Any(a => a.StartsWith("--Data:", StringComparison.Ordinal)) ? [] : [$"--Data:Directory={_folder.Path}"];
        await using var appHost = AppHostProcess.Launch(_folder.Path, [.. folder, .. arguments], environment);

        Assert.Equal(1, await appHost.EndAsync());
        Assert.Contains(sentence, appHost.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", appHost.Output, StringComparison.Ordinal);
    }
}
