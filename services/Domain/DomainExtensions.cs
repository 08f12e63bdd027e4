using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace OrionPlatform.Domain;

/// <summary>Puts the domain into a service: the store with the domain's migrations, and what its slices need.</summary>
public static class DomainExtensions
{
    /// <summary>Registers the store (see <see cref="DomainStoreExtensions.AddDomainStore"/>) and <see cref="Members"/>.</summary>
    public static TBuilder AddDomain<TBuilder>(this TBuilder builder) where TBuilder : IHostApplicationBuilder
    {
        builder.AddDomainStore();
        builder.Services.Configure<DomainStoreOptions>(AddMigrations);
        builder.Services.TryAddSingleton(s => new Members(s.GetRequiredService<DomainStore>()));
        return builder;
    }

    /// <summary>Names the domain's migrations, for whoever opens the store by itself.</summary>
    public static void AddMigrations(DomainStoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.MigrationAssemblies.Add(typeof(DomainExtensions).Assembly);
    }
}
