using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orion.Redaction;
using Orion.Sink;
using Orion.Sink.Reading;
using Orion.Sink.ServiceLevels;
using Orion.Store;
using Orion.Store.OpsAccess;
using Orion.Telemetry;
using Orion.Telemetry.Logs;
using Orion.Telemetry.Tests;
using Orion.Telemetry.Tracing;

namespace Orion.OpsPanel.Tests;

/// <summary>The panel in a real Kestrel over a real sink and a real store, each in a folder of its own.</summary>
internal sealed class PanelHost : IAsyncDisposable
{
    private readonly TempFolder _folder;
    private readonly bool _ownsFolder;
    private readonly List<HttpClient> _clients = [];

    private PanelHost(TempFolder folder, bool ownsFolder, WebApplication app)
    {
        (_folder, _ownsFolder) = (folder, ownsFolder);
        App = app;
    }

    public WebApplication App { get; }

    public Uri Address => new(App.Urls.First());

    public OpsSessions Sessions => App.Services.GetRequiredService<OpsSessions>();

    public DomainStore Store => App.Services.GetRequiredService<DomainStore>();

    public TelemetrySink Sink => App.Services.GetRequiredService<TelemetrySink>();

    public string TelemetryFolder => _folder.File("telemetry");

    public CapturedLogs Logs => App.Services.GetRequiredService<CapturedLogs>();

    public static Task<PanelHost> StartAsync(params (string Key, string Value)[] settings) =>
        StartAsync(new TempFolder(), true, "http://127.0.0.1:0", "panel-test", settings);

    /// <summary>One of several hosts, at the same time or one after the other, of a folder that outlives them.</summary>
    public static Task<PanelHost> StartInAsync(TempFolder folder, string address = "http://127.0.0.1:0", string process = "panel-test") =>
        StartAsync(folder, false, address, process);

    private static async Task<PanelHost> StartAsync(
        TempFolder folder, bool ownsFolder, string address, string process, params (string Key, string Value)[] settings)
    {
        // As behind a proxy that ends TLS, and says so.
        var builder = WebApplication.CreateBuilder(
            new WebApplicationOptions { EnvironmentName = "Production", Args = ["--ForwardedHeaders_Enabled=true"] });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:store"] = $"Data Source={folder.File("store.db")}",
            ["ConnectionStrings:telemetry"] = $"Directory={folder.File("telemetry")}",
        }.Concat(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))));
        builder.WebHost.UseUrls(address);
        var logs = new CapturedLogs();
        // As AddServiceDefaults has it.
        builder.Logging.ClearProviders().AddProvider(logs).AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Services.AddSingleton(logs);
        builder.Services.AddSingleton(s => new TelemetrySink(
            new TelemetrySinkOptions
            {
                Directory = folder.File("telemetry"),
                Process = process,
                FlushInterval = TimeSpan.FromMilliseconds(50),
                Slos = [.. ExampleSlos.All.Select(s => s.Rule)],
            },
            TimeProvider.System));
        builder.Services.AddSingleton(s => new TelemetryReader(folder.File("telemetry"), TimeProvider.System));

        // The way of audit entries to the sink. No other telemetry: a test finds the rows that it wrote itself.
        builder.Services.AddSingleton(s => new TelemetryWriter(
            new Redactor(new Sanitizer(Options.Create(new SanitizeOptions()), [])),
            new TraceRing(Options.Create(new TracingOptions())),
            new LogRing(Options.Create(new LogOptions())),
            s.GetRequiredService<TelemetrySink>()));
        builder.AddSlos(ExampleSlos.All);
        builder.AddDomainStore();
        builder.AddOpsPanel();
        var app = builder.Build();
        app.MapOpsPanel();
        await app.StartAsync();
        await app.Services.GetRequiredService<TelemetrySink>().FlushAsync();
        return new PanelHost(folder, ownsFolder, app);
    }

    /// <summary>A client that keeps cookies, in <paramref name="cookies"/> when they are given, and does not follow redirects.</summary>
    public HttpClient Anonymous(CookieContainer? cookies = null)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = cookies ?? new CookieContainer() };
        var client = new HttpClient(handler) { BaseAddress = Address };
        _clients.Add(client);
        return client;
    }

    /// <summary>A client that has signed in by a fresh link.</summary>
    public async Task<HttpClient> SignInAsync(string? role, string name = "Tess", CookieContainer? cookies = null)
    {
        var client = Anonymous(cookies);
        var token = await Sessions.CreateLoginTokenAsync(name, role, TimeSpan.FromMinutes(5));
        using var answer = await client.GetAsync($"/admin/ops/login?t={token}");
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        return client;
    }

    /// <summary>Waits until the audit entries of what was done are in the audit log, and everything is committed.</summary>
    public async Task SettledAsync()
    {
        await Eventually.TrueAsync(async () =>
            (await Store.ReadAsync(tx => tx.AuditOutboxAsync(1))).Count == 0, "audit entries are copied");
        await Sink.FlushAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            client.Dispose();
        }

        await App.StopAsync();
        await App.DisposeAsync();
        if (_ownsFolder)
        {
            _folder.Dispose();
        }
    }
}
