using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Orion.Benchmarks;

/// <summary>Takes OTLP and throws it away, so that the stock variant exports for real.</summary>
internal sealed class OverheadCollector : IAsyncDisposable
{
    private readonly WebApplication _app;

    private OverheadCollector(WebApplication app) => _app = app;

    public string Address => _app.Urls.First();

    public static async Task<OverheadCollector> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapPost("/v1/{signal}", async (HttpContext http) => await http.Request.Body.CopyToAsync(Stream.Null));
        await app.StartAsync();
        return new OverheadCollector(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
