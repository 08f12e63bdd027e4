using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

/// <summary>Describes an application.</summary>
public interface IDistributedApplicationBuilder
{
    /// <summary>appsettings.json, user secrets, environment variables and command-line arguments; the later wins.</summary>
    ConfigurationManager Configuration { get; }

    /// <summary>The AppHost project's folder.</summary>
    string AppHostDirectory { get; }

    /// <summary>The AppHost's assembly.</summary>
    Assembly? AppHostAssembly { get; }

    /// <summary>The AppHost's own environment: <c>--environment</c>, DOTNET_ENVIRONMENT, ASPNETCORE_ENVIRONMENT or ASPIRE_ENVIRONMENT, else Development.</summary>
    IHostEnvironment Environment { get; }

    /// <summary>Services of the AppHost process.</summary>
    IServiceCollection Services { get; }

    /// <summary>Whether the application runs or is published.</summary>
    DistributedApplicationExecutionContext ExecutionContext { get; }

    /// <summary>The resources added so far.</summary>
    IResourceCollection Resources { get; }

    /// <summary>Adds a resource.</summary>
    /// <exception cref="DistributedApplicationException">Another resource has the name.</exception>
    IResourceBuilder<T> AddResource<T>(T resource) where T : IResource;

    /// <summary>Makes a builder of a resource without adding it.</summary>
    IResourceBuilder<T> CreateResourceBuilder<T>(T resource) where T : IResource;

    /// <summary>Ends the description.</summary>
    DistributedApplication Build();
}
