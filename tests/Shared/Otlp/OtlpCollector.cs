using System.Collections.Concurrent;
using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace OrionPlatform.Tests;

/// <summary>
/// Somebody's collector, over HTTP or gRPC, that keeps the bytes of every export: protobuf holds texts as they are, so a search finds them.
/// </summary>
internal sealed class OtlpCollector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<OtlpExport> _received = new();

    private OtlpCollector(WebApplication app) => _app = app;

    public string Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    public IReadOnlyList<OtlpExport> Exports => [.. _received];

    /// <summary>Of all exports.</summary>
    public byte[] Bytes => [.. _received.SelectMany(r => r.Body)];

    /// <summary>While it is not complete, nothing is answered.</summary>
    public TaskCompletionSource? Hold { get; set; }

    /// <summary>What plain HTTP answers.</summary>
    public int HttpStatus { get; set; } = 200;

    /// <summary>What gRPC answers: a status of its own.</summary>
    public string GrpcStatus { get; set; } = "0";

    /// <summary>The message that is answered.</summary>
    public byte[] Answer { get; set; } = [];

    public string All(string path) => string.Concat(_received.Where(r => r.Path == path).Select(r => Encoding.Latin1.GetString(r.Body)));

    /// <summary>
    /// Whether a service of that name has exported anything: its name is an attribute of the resource, a protobuf KeyValue.
    /// </summary>
    public bool HeardOf(string service)
    {
        byte[] attribute =
            [.. "service.name"u8, 0x12, (byte)(service.Length + 2), 0x0a, (byte)service.Length, .. Encoding.UTF8.GetBytes(service)];
        return _received.Any(r => r.Body.AsSpan().IndexOf(attribute) >= 0);
    }

    public static async Task<OtlpCollector> StartAsync(bool grpc = false)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();

        // It may run in the process under test, whose own requests alone are to be traced.
        builder.Services.AddSingleton(_ => new ActivitySource("collector"));
        builder.WebHost.ConfigureKestrel(o =>
            o.Listen(IPAddress.Loopback, 0, l => l.Protocols = grpc ? HttpProtocols.Http2 : HttpProtocols.Http1));
        var collector = new OtlpCollector(builder.Build());
        collector._app.MapPost("/{**path}", collector.TakeAsync);
        await collector._app.StartAsync();
        return collector;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext http)
    {
        if (Hold is { } hold)
        {
            await hold.Task;
        }

        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        var (bytes, compressed) = (body.ToArray(), http.Request.Headers.ContentEncoding == "gzip");
        if (http.Request.ContentType == "application/grpc")
        {
            Assert.Equal(bytes.Length - 5, System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(1)));
            (bytes, compressed) = (bytes[5..], bytes[0] == 1);
            http.Response.ContentType = "application/grpc";
            http.Response.AppendTrailer("grpc-status", GrpcStatus);
            await http.Response.Body.WriteAsync((byte[])[0, 0, 0, 0, (byte)Answer.Length, .. Answer]);
        }
        else
        {
            http.Response.StatusCode = HttpStatus;
            http.Response.ContentType = "application/x-protobuf";
            await http.Response.Body.WriteAsync(Answer);
        }

        _received.Enqueue(new OtlpExport(
            http.Request.Path.Value!, http.Request.Headers["x-key"], compressed, compressed ? Unpack(bytes) : bytes));
    }

    private static byte[] Unpack(byte[] packed)
    {
        using var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        gzip.CopyTo(plain);
        return plain.ToArray();
    }
}

/// <summary>One export as it arrived, unpacked.</summary>
internal sealed record OtlpExport(string Path, string? Key, bool Compressed, byte[] Body);
