using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace OrionPlatform.ServiceDefaults.Tests;

/// <summary>An OTLP endpoint that keeps the bytes it gets: protobuf holds strings as they are, so a search finds them.</summary>
internal sealed class OtlpStub : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<(string Path, string Body)> _received = new();

    private OtlpStub(WebApplication app) => _app = app;

    public string Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    public string All(string path) => string.Concat(_received.Where(r => r.Path == path).Select(r => r.Body));

    public static async Task<OtlpStub> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var stub = new OtlpStub(builder.Build());
        stub._app.MapPost("/v1/{signal}", async (HttpContext http) =>
        {
            using var reader = new StreamReader(http.Request.Body, Encoding.Latin1);
            stub._received.Enqueue((http.Request.Path.Value!, await reader.ReadToEndAsync()));
        });
        await stub._app.StartAsync();
        return stub;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
