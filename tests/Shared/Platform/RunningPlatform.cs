using System.Net.Http.Headers;
using System.Text.Json;

namespace OrionPlatform.Tests;

/// <summary>
/// A whole platform that runs on a data folder of the test's own, and what a caller does with it. <see cref="HostedPlatform"/> and
/// <see cref="AppHostProcess"/> start one.
/// </summary>
internal abstract class RunningPlatform(string dataFolder) : IAsyncDisposable
{
    /// <summary>What every platform of a test is started with: nothing that another one on this machine may have.</summary>
    protected static IReadOnlyList<string> OwnSettings(string dataFolder) =>
        ["--Ports:Api=0", $"--Data:Directory={dataFolder}", "--Traffic:Enabled=false"];

    public string DataFolder { get; } = dataFolder;

    /// <summary>The one-time link to the panel.</summary>
    public Uri LoginUrl { get; protected set; } = null!;

    /// <summary>What was written to consoles, newest last.</summary>
    public abstract string Output { get; }

    /// <summary>The api, with the key of the demo tenant acme.</summary>
    public HttpClient Api { get; private set; } = null!;

    public string ProjectId { get; private set; } = "";

    /// <summary>The processes of one service, restarts included; not the <c>dotnet run</c> that Aspire starts it with.</summary>
    public IReadOnlyList<int> Service(string name) =>
    [
        .. LinuxProcesses.WithEnvironment($"OTEL_SERVICE_NAME={name}\0", DataFolder)
            .Where(pid => !LinuxProcesses.CommandLine(pid).StartsWith("dotnet\0run\0", StringComparison.Ordinal)),
    ];

    /// <summary>Every process of this platform that still runs, AppHost among them. (Workloads know only their allocation.)</summary>
    public IReadOnlyList<int> Everything() =>
        [.. LinuxProcesses.WithEnvironment(DataFolder).Union(LinuxProcesses.WithArgument(DataFolder))];

    public abstract ValueTask DisposeAsync();

    protected async Task SignInAsAcmeAsync(Uri api)
    {
        var keys = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(DataFolder, "dev-keys.json")))
            .RootElement.GetProperty("acme");
        ProjectId = keys.GetProperty("projectId").GetString()!;
        Api = new HttpClient { BaseAddress = new Uri(api, "/") };
        Api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", keys.GetProperty("apiKey").GetString());
    }
}
