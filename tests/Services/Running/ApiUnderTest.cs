using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Orion.Store;
using OrionPlatform.Tests;

namespace OrionPlatform.Services.Tests;

/// <summary>The api as it is, in a real Kestrel, over a real store and a real sink in a folder of its own, with the demo tenants.</summary>
internal sealed class ApiUnderTest : IAsyncDisposable
{
    private readonly TempFolder? _ownFolder;
    private readonly List<HttpClient> _clients = [];

    private ApiUnderTest(string folder, TempFolder? ownFolder, WebApplication app)
    {
        Folder = folder;
        _ownFolder = ownFolder;
        App = app;
    }

    public string Folder { get; }

    public WebApplication App { get; }

    public Uri Address => new(App.Urls.First());

    public DomainStore Store => App.Services.GetRequiredService<DomainStore>();

    public JsonElement DevKeys => KeysIn(Folder);

    /// <summary>The demo tenants' keys, as an api on that folder wrote them.</summary>
    public static JsonElement KeysIn(string folder) =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "dev-keys.json"))).RootElement;

    public static string[] Arguments(string folder, string environment = "Development", string? store = null) =>
    [
        $"--contentRoot={folder}", $"--environment={environment}", "--urls=http://127.0.0.1:0",
        $"--ConnectionStrings:store={store ?? StoreDatabase.Of(folder).ConnectionString}",
        $"--ConnectionStrings:telemetry=Directory={Path.Combine(folder, "telemetry")}",
        .. ServiceSecrets.Settings, "--Logging:LogLevel:Default=Warning", "--Orion:Sink:FlushInterval=00:00:00.05",
    ];

    public static async Task<ApiUnderTest> StartAsync(string? folder = null, string environment = "Development", params string[] settings)
    {
        var own = folder is null ? new TempFolder() : null;
        folder ??= own!.Path;
        var app = Api.Program.Build([.. Arguments(folder, environment), .. settings]);
        await app.StartAsync();
        return new ApiUnderTest(folder, own, app);
    }

    /// <summary>A client with a tenant's key, rooted at its project.</summary>
    public HttpClient Tenant(string slug)
    {
        var client = Client(DevKeys.GetProperty(slug).GetProperty("apiKey").GetString());
        client.BaseAddress = new Uri(Address, $"v1/projects/{ProjectOf(slug)}/");
        return client;
    }

    public string ProjectOf(string slug) => DevKeys.GetProperty(slug).GetProperty("projectId").GetString()!;

    public HttpClient Client(string? bearer = null)
    {
        var client = new HttpClient { BaseAddress = Address };
        if (bearer is not null)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        }

        _clients.Add(client);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            client.Dispose();
        }

        await App.StopAsync();
        await App.DisposeAsync();
        if (_ownFolder is not null)
        {
            await StoreDatabase.Of(_ownFolder.Path).DisposeAsync();
            _ownFolder.Dispose();
        }
    }
}
