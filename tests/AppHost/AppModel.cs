using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace OrionPlatform.AppHost.Tests;

/// <summary>An application model of the test's own, what it says, and what it would start.</summary>
internal sealed class AppModel : IAsyncDisposable, ILoggerProvider
{
    private static readonly HttpClient s_http = new();
    private readonly ConcurrentQueue<string> _log = new();
    private readonly StringWriter _output = new();
    private DistributedApplication? _application;

    public AppModel(params string[] args)
    {
        Builder = DistributedApplication.CreateBuilder(args);
        Builder.Services.AddSingleton(new ResourceConsole(TextWriter.Synchronized(_output), colors: false));
        Builder.Services.AddSingleton<ILoggerProvider>(this);
    }

    public static string SmallPlatform { get; } = Metadata("SmallPlatform");

    public static string SmallPlatformAssembly { get; } = Metadata("SmallPlatformAssembly");

    public IDistributedApplicationBuilder Builder { get; }

    public string Log => string.Join('\n', _log);

    public string Output => _output.ToString();

    public IResourceBuilder<ProjectResource> AddService(string name) =>
        Builder.AddProject(name, SmallPlatform).WithArgs("serve").WithHttpEndpoint().WithHttpHealthCheck("/health");

    public IResourceBuilder<ExecutableResource> AddShell(string name, string script) => Builder.AddExecutable(name, "sh", "/", "-c", script);

    /// <summary>What the resource's process would be given.</summary>
    public async Task<Dictionary<string, string>> EnvironmentOfAsync<T>(IResourceBuilder<T> resource, int replica = 0) where T : IResource
    {
        Ports.Allocate(Builder.Resources);
        return await new Launches(Builder.ExecutionContext, "run", NullLogger.Instance).EnvironmentAsync(resource.Resource, replica, CancellationToken.None);
    }

    public async Task<IReadOnlyList<string>> ArgumentsOfAsync<T>(IResourceBuilder<T> resource) where T : IResource
    {
        Ports.Allocate(Builder.Resources);
        return (await new Launches(Builder.ExecutionContext, "run", NullLogger.Instance).CreateAsync(resource.Resource, 0, CancellationToken.None)).Arguments;
    }

    public async Task StartAsync()
    {
        _application = Builder.Build();
        await _application.StartAsync();
    }

    public Task StopAsync() => _application!.StopAsync();

    public async Task HealthyAsync<T>(IResourceBuilder<T> resource) where T : IResource =>
        await _application!.Services.GetRequiredService<Orchestrator>().Resources[resource.Resource].Healthy.WaitAsync(TimeSpan.FromSeconds(30));

    public static async Task<T> GetAsync<T>(EndpointReference endpoint, string path, int replica = 0) =>
        (await s_http.GetFromJsonAsync<T>(new Uri(endpoint.UrlOf(replica) + path)))!;

    public static async Task CrashAsync(EndpointReference endpoint)
    {
        try
        {
            await s_http.GetAsync(new Uri(endpoint.Url + "/crash"));
        }
        catch (HttpRequestException)
        {
            // It ended before it could answer.
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_application is not null)
        {
            await _application.StopAsync();
            await _application.DisposeAsync();
        }
    }

    ILogger ILoggerProvider.CreateLogger(string categoryName) => new Recorder(_log);

    void IDisposable.Dispose()
    {
        // The host disposes its providers; the log is read after that.
    }

    private static string Metadata(string key) => typeof(AppModel).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;

    private sealed class Recorder(ConcurrentQueue<string> log) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log.Enqueue(formatter(state, exception));
    }
}
