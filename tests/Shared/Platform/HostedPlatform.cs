using System.Collections.Concurrent;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace OrionPlatform.Tests;

/// <summary>AppHost's application run by <c>Aspire.Hosting.Testing</c> in the test's process; its services are processes as ever.</summary>
internal sealed class HostedPlatform : RunningPlatform
{
    private const string LoginToken = "login-token-of-the-tests-0123456789";
    private static readonly TimeSpan s_startWithin = TimeSpan.FromSeconds(120);
    private readonly OutputLog _output = new();
    private IDistributedApplicationTestingBuilder? _builder;
    private DistributedApplication? _application;

    private HostedPlatform(string dataFolder)
        : base(dataFolder)
    {
    }

    public override string Output => _output.ToString();

    /// <summary>The names of all services, as AppHost has them.</summary>
    public IReadOnlyList<string> Services =>
    [
        .. Application.Services.GetRequiredService<DistributedApplicationModel>().Resources.OfType<ProjectResource>()
            .Select(r => r.Name)
            .Order(StringComparer.Ordinal),
    ];

    public DistributedApplication Application => _application!;

    /// <summary>
    /// AppHost's model as it is before anything starts. Generated secrets are given, so that nothing is kept in anybody's user secrets.
    /// </summary>
    public static Task<IDistributedApplicationTestingBuilder> ModelAsync(string dataFolder, params string[] arguments) =>
        DistributedApplicationTestingBuilder.CreateAsync<Projects.Api>(
            [
                .. OwnSettings(dataFolder), $"--Parameters:ops-login-token={LoginToken}",
                .. GeneratedSecrets.Names.Select(name => $"--Parameters:{name}={name}-of-the-tests-0123456789abcdef"), .. arguments,
            ],
            (options, _) => options.EnableResourceLogging = true);

    /// <summary>Starts it with further arguments for AppHost, and with variables for each service.</summary>
    public static async Task<HostedPlatform> StartAsync(
        string dataFolder, IEnumerable<string>? arguments = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        var platform = new HostedPlatform(dataFolder);
        using var limit = new CancellationTokenSource(s_startWithin);
        try
        {
            // The application ends with its builder.
            var builder = platform._builder = await ModelAsync(dataFolder, [.. arguments ?? []]);
            foreach (var service in builder.Resources.OfType<ProjectResource>().Select(builder.CreateResourceBuilder).ToList())
            {
                foreach (var (key, value) in ShortLived.Environment.Concat(environment ?? new Dictionary<string, string>()))
                {
                    service.WithEnvironment(key, value);
                }
            }

            // What services say arrives as log records of AppHost.
            builder.Services.AddLogging(l => l.ClearProviders().AddProvider(platform._output).AddFilter(null, LogLevel.Information));
            platform._application = await builder.BuildAsync(limit.Token);
            await platform._application.StartAsync(limit.Token);
            await Task.WhenAll(platform.Services.Select(name => platform.HealthyAsync(name, limit.Token)));
            var api = platform._application.GetEndpoint("api", "http");
            platform.LoginUrl = new Uri(api, "/admin/ops/login?t=" + LoginToken);
            await platform.SignInAsAcmeAsync(api);
            return platform;
        }
        catch (Exception e)
        {
            var output = platform.Output;
            await platform.DisposeAsync();
            throw new InvalidOperationException($"The platform did not start: {e.Message}\n{output}", e);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        Api?.Dispose();
        if (_application is not null)
        {
            await _application.DisposeAsync();
        }

        if (_builder is not null)
        {
            await _builder.DisposeAsync();
        }
    }

    /// <summary>
    /// Asks a service itself where it answers HTTP: Aspire would tell some seconds after it is so, since it asks ever less often.
    /// </summary>
    private async Task HealthyAsync(string service, CancellationToken cancellationToken)
    {
        var resource = _builder!.Resources.OfType<ProjectResource>().Single(r => r.Name == service);
        if (!resource.HasAnnotationOfType<HealthCheckAnnotation>() || resource.GetEndpoints().All(e => e.EndpointName != "http"))
        {
            await Application.ResourceNotifications.WaitForResourceHealthyAsync(service, cancellationToken);
            return;
        }

        await Application.ResourceNotifications.WaitForResourceAsync(service, KnownResourceStates.Running, cancellationToken);
        using var client = new HttpClient { BaseAddress = Application.GetEndpoint(service, "http") };
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    using var health = await client.GetAsync("/health", cancellationToken);
                    return health.IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            service + " is healthy", s_startWithin);
    }

    /// <summary>Keeps every line.</summary>
    private sealed class OutputLog : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue(formatter(state, exception) + exception);

        public void Dispose()
        {
        }

        public override string ToString() => string.Join('\n', _lines);
    }
}
