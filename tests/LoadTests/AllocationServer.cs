using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace OrionPlatform.LoadTests.Tests;

/// <summary>
/// A real HTTP server that answers like the allocation API and is as slow as a test wants: what the generator is tested against.
/// </summary>
internal sealed class AllocationServer : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, string> _states = new();
    private readonly WebApplication _app;
    private readonly TimeSpan _delay;
    private int _requests;

    private AllocationServer(TimeSpan delay, int port)
    {
        _delay = delay;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        _app = builder.Build();
        _app.Use(SlowAsync);
        _app.MapGet("/health", () => "ok");
        _app.MapPost("/v1/projects/{project}/allocations", (string project, Dictionary<string, object> body) => Create(project, body));
        _app.MapGet("/v1/projects/{project}/allocations", (string project) =>
            project is "p1" or "p2" && Caller == project ? Results.Json(new { items = Array.Empty<object>() }) : Results.NotFound());
        _app.MapGet("/v1/projects/{project}/allocations/{id}", (string id) =>
            _states.TryGetValue(id, out var state) ? Results.Json(Allocation(id, state)) : Results.NotFound());
        _app.MapDelete("/v1/projects/{project}/allocations/{id}", (string id) =>
            _states.TryUpdate(id, "releasing", "active") ? Results.Json(Allocation(id, "releasing"), statusCode: 202) : Results.NotFound());
    }

    /// <summary>Keys as the api writes them for two tenants.</summary>
    public static string Keys => """{"acme":{"apiKey":"ok_p1","projectId":"p1"},"globex":{"apiKey":"ok_p2","projectId":"p2"}}""";

    public Uri Url => new(_app.Urls.First());

    public int Port => Url.Port;

    public int Requests => Volatile.Read(ref _requests);

    public ICollection<string> States => _states.Values;

    private static string Caller => s_caller.Value ?? "";

    private static readonly AsyncLocal<string?> s_caller = new();

    /// <param name="delay">How long every answer takes.</param>
    /// <param name="port">Where it listens; 0 for anywhere.</param>
    public static async Task<AllocationServer> StartAsync(TimeSpan delay = default, int port = 0)
    {
        var server = new AllocationServer(delay, port);
        await server._app.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task SlowAsync(HttpContext context, RequestDelegate next)
    {
        s_caller.Value = context.Request.Headers.Authorization.ToString().Replace("Bearer ok_", "", StringComparison.Ordinal);
        Interlocked.Increment(ref _requests);
        if (_delay > TimeSpan.Zero)
        {
            await Task.Delay(_delay);
        }

        await next(context);
    }

    private IResult Create(string project, Dictionary<string, object> body)
    {
        if (Caller != project || body["slots"].ToString() == "0")
        {
            return Results.BadRequest();
        }

        var id = "al_" + Guid.NewGuid().ToString("N");
        _states[id] = "active";
        return Results.Json(Allocation(id, "requested"), statusCode: 201);
    }

    private static object Allocation(string id, string state) => new
    {
        id,
        state,
        createdAt = "2026-01-05T12:00:00.000Z",
        updatedAt = "2026-01-05T12:00:00.250Z",
    };
}
