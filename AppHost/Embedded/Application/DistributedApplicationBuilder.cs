using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace OrionPlatform.AppHost;

internal sealed class DistributedApplicationBuilder : IDistributedApplicationBuilder
{
    private readonly HostApplicationBuilder _host;
    private readonly Arguments _arguments;

    public DistributedApplicationBuilder(DistributedApplicationOptions options)
    {
        _arguments = Arguments.Parse(options.Args ?? []);
        AppHostDirectory = options.ProjectDirectory ?? OwnAssembly.ProjectDirectory;
        _host = new HostApplicationBuilder(new HostApplicationBuilderSettings
        {
            DisableDefaults = true,
            ApplicationName = AppHostAssembly!.GetName().Name,
            ContentRootPath = AppHostDirectory,
            EnvironmentName = EnvironmentName(_arguments),
        });
        Configuration
            .AddJsonFile(Path.Combine(AppHostDirectory, "appsettings.json"), optional: true)
            .AddJsonFile(Path.Combine(AppHostDirectory, $"appsettings.{Environment.EnvironmentName}.json"), optional: true)
            .AddJsonFile(UserSecrets.FilePath, optional: true)
            .AddEnvironmentVariables()
            .Add(_arguments);
        ConfigureLogging(_host.Logging, Configuration);
        Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromMinutes(2));
    }

    public ConfigurationManager Configuration => _host.Configuration;

    public string AppHostDirectory { get; }

    public Assembly? AppHostAssembly { get; } = OwnAssembly.Assembly;

    public IHostEnvironment Environment => _host.Environment;

    public IServiceCollection Services => _host.Services;

    public DistributedApplicationExecutionContext ExecutionContext { get; } = new(DistributedApplicationOperation.Run);

    public IResourceCollection Resources { get; } = new ResourceCollection();

    public IResourceBuilder<T> AddResource<T>(T resource) where T : IResource
    {
        ArgumentNullException.ThrowIfNull(resource);
        Resources.Add(resource);
        return CreateResourceBuilder(resource);
    }

    public IResourceBuilder<T> CreateResourceBuilder<T>(T resource) where T : IResource => new ResourceBuilder<T>(this, resource);

    public DistributedApplication Build()
    {
        Services.AddSingleton(new DistributedApplicationModel(Resources));
        Services.AddSingleton(ExecutionContext);
        Services.AddSingleton(_arguments);
        Services.AddSingleton(new AppHostFolder(AppHostDirectory));
        Services.TryAddSingleton(TimeProvider.System);
        Services.TryAddSingleton(ResourceConsole.OfThisProcess());
        Services.AddSingleton<Orchestrator>();
        Services.AddHostedService(services => services.GetRequiredService<Orchestrator>());
        return new DistributedApplication(_host.Build());
    }

    private static string EnvironmentName(Arguments arguments) =>
        arguments.TryGet("environment", out var name) && name is not null ? name
        : System.Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT")
        ?? System.Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT")
        ?? System.Environment.GetEnvironmentVariable("ASPIRE_ENVIRONMENT")
        ?? Environments.Development;

    private static void ConfigureLogging(ILoggingBuilder logging, ConfigurationManager configuration)
    {
        logging.AddSimpleConsole(console => console.ColorBehavior = ResourceConsole.ColorsWanted ? LoggerColorBehavior.Default : LoggerColorBehavior.Disabled);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("System", LogLevel.Warning);
        // It would print a stack trace for an error that is shown as one sentence.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        logging.AddConfiguration(configuration.GetSection("Logging"));
    }
}

/// <summary>The folder relative project paths start from.</summary>
internal sealed record AppHostFolder(string Path);
