using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace OrionPlatform.TraceGate.Tests;

/// <summary>Somebody's collector: keeps the bytes of every export. Protobuf holds texts as they are, so a search finds them.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<byte[]> _exports = new();

    private OtlpReceiver(WebApplication app) => _app = app;

    public string Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    public byte[] Bytes => [.. _exports.SelectMany(b => b)];

    public static async Task<OtlpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var receiver = new OtlpReceiver(builder.Build());
        receiver._app.MapPost("/v1/{signal}", async (HttpContext http) =>
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            receiver._exports.Enqueue(body.ToArray());
        });
        await receiver._app.StartAsync();
        return receiver;
    }

    /// <summary>Whether a service of that name has exported anything: its name is an attribute of the resource, a protobuf KeyValue.</summary>
    public bool HeardOf(string service)
    {
        byte[] attribute = [.. "service.name"u8, 0x12, (byte)(service.Length + 2), 0x0a, (byte)service.Length, .. Encoding.UTF8.GetBytes(service)];
        return _exports.Any(export => export.AsSpan().IndexOf(attribute) >= 0);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
