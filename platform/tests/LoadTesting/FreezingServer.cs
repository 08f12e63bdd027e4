using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Orion.LoadTesting.Tests;

/// <summary>A real HTTP server that answers at once, until with one request all of it freezes for a while.</summary>
internal sealed class FreezingServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private Task _thaw = Task.CompletedTask;
    private int _requests;

    private FreezingServer(int atRequest, TimeSpan length)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapGet("/", async () =>
        {
            if (Interlocked.Increment(ref _requests) == atRequest)
            {
                Volatile.Write(ref _thaw, Task.Delay(length));
            }

            await Volatile.Read(ref _thaw);
            return "ok";
        });
    }

    public Uri Url => new(_app.Urls.First());

    /// <param name="atRequest">The request with which it freezes, from 1.</param>
    /// <param name="length">How long.</param>
    public static async Task<FreezingServer> StartAsync(int atRequest, TimeSpan length)
    {
        var server = new FreezingServer(atRequest, length);
        await server._app.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
