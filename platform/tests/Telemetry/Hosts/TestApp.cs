using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orion.Sink.Rows;
using Orion.Telemetry.Logs;
using Orion.Telemetry.Tracing;

namespace Orion.Telemetry.Tests;

/// <summary>A real service on a real Kestrel port, with the service defaults.</summary>
internal sealed class TestApp : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestApp(WebApplication app)
    {
        _app = app;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

        // Without the factory: no correlation, no retries, no spans of its own; just a client.
        Client = new HttpClient(new SocketsHttpHandler { ActivityHeadersPropagator = null }) { BaseAddress = Address };
    }

    public Uri Address { get; }

    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    public IReadOnlyList<LocalTrace> Traces => Services.GetRequiredService<TraceRing>().Recent();

    public IReadOnlyList<LogRow> Logs => Services.GetRequiredService<LogRing>().Recent();

    public static async Task<TestApp> StartAsync(
        Action<WebApplication>? map = null, Action<WebApplicationBuilder>? configure = null, string environment = "Production",
        Action<IServiceCollection>? library = null, params (string Key, string? Value)[] settings)
    {
        var builder =
            WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = environment, ApplicationName = "test-service" });
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, s.Value)));
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        library?.Invoke(builder.Services);
        builder.AddServiceDefaults();
        configure?.Invoke(builder);
        var app = builder.Build();
        app.UseServiceDefaults();
        app.MapDefaultEndpoints();
        map?.Invoke(app);
        try
        {
            await app.StartAsync();
            return new TestApp(app);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    public Task StopAsync() => _app.StopAsync();

    /// <summary>
    /// The one trace whose route is that; waits for it, since a response arrives before its request has ended on the server.
    /// </summary>
    public async Task<LocalTrace> TraceAsync(string route)
    {
        await Eventually.TrueAsync(() => Traces.Any(t => t.Line.Route == route), $"a canonical line for {route}");
        return Assert.Single(Traces, t => t.Line.Route == route);
    }

    /// <summary>Sends bytes as they are, and reads what comes until the server closes.</summary>
    public async Task<string> RawAsync(string request)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(Address.Host, Address.Port);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
