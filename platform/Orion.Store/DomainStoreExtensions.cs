using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orion.Store;
using Orion.Store.Health;
using Orion.Store.Jobs;
using Orion.Store.OpsAccess;

namespace Microsoft.Extensions.Hosting;

/// <summary>Puts the domain's database into a service.</summary>
public static class DomainStoreExtensions
{
    /// <summary>
    /// Registers <see cref="DomainStore"/>, <see cref="JobQueue"/> and <see cref="OpsSessions"/>. The database is
    /// <c>ConnectionStrings:store</c>, its settings are section <c>Orion:Store</c>; both are checked when the host starts, and the database
    /// is opened and migrated then, before the service takes its first request.
    /// </summary>
    public static TBuilder AddDomainStore<TBuilder>(this TBuilder builder) where TBuilder : IHostApplicationBuilder
    {
        var services = builder.Services;
        services.AddOptions<DomainStoreOptions>()
            .BindConfiguration(DomainStoreOptions.Section)
            .Configure<IConfiguration>((options, configuration) =>
            {
                options.ConnectionString = configuration.GetConnectionString(DomainStoreOptions.ConnectionName) ?? options.ConnectionString;
                options.ListenConnectionString =
                    configuration.GetConnectionString(DomainStoreOptions.ListenConnectionName) ?? options.ListenConnectionString;
            })
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(s =>
            new DomainStore(s.GetRequiredService<IOptions<DomainStoreOptions>>().Value, s.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(s => new JobQueue(s.GetRequiredService<DomainStore>()));
        services.TryAddSingleton(s => new OpsSessions(s.GetRequiredService<DomainStore>()));

        // One for all probes, so that those at the same moment share a transaction.
        services.TryAddSingleton<StoreHealthCheck>();
        services.AddHealthChecks().AddCheck<StoreHealthCheck>("store");

        // First in line, so that the database stands before any other hosted service of the application starts.
        services.Insert(0, ServiceDescriptor.Singleton<IHostedService>(s => new OpenStoreAtStart(s)));
        return builder;
    }

    private sealed class OpenStoreAtStart(IServiceProvider services) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            services.GetRequiredService<DomainStore>();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
