using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;

namespace OrionPlatform.AppHost;

/// <summary>Where the store is kept; each way gives one resource, <c>store</c>, to refer to and to wait for.</summary>
internal static class StoreResource
{
    private const string Name = "store";

    /// <summary>
    /// A file in the data folder, or with <c>--Store:Engine=postgres</c> the first of these that there is: the server that
    /// <c>ConnectionStrings:store</c> names, PostgreSQL in a container, PostgreSQL's programs on this machine.
    /// </summary>
    public static IResourceBuilder<IResourceWithConnectionString> AddStore(
        this IDistributedApplicationBuilder builder, RunSettings settings)
    {
        if (!settings.Postgres)
        {
            return builder.AddConnectionString(Name, ReferenceExpression.Create($"Data Source={settings.InData("store.db")}"));
        }

        if (builder.Configuration.GetConnectionString(Name) is { Length: > 0 })
        {
            builder.Say("Store: PostgreSQL, the server of ConnectionStrings:store.");
            return builder.AddConnectionString(Name);
        }

        return settings.Containers && ContainerEngine.Running(WantedEngine(builder)) is { } engine
            ? builder.AddPostgresContainer(engine, settings.DataFolder)
            : builder.AddLocalPostgres(new LocalPostgres(settings.InData("postgres")));
    }

    /// <summary>PostgreSQL in a container; its volume belongs to the data folder, as a file would.</summary>
    internal static IResourceBuilder<IResourceWithConnectionString> AddPostgresContainer(
        this IDistributedApplicationBuilder builder, string engine, string dataFolder)
    {
        // The one that answered, should there be two.
        builder.Configuration["DcpPublisher:ContainerRuntime"] = engine;
        var password = builder.AddParameter(
            "postgres-password", new GenerateParameterDefault { MinLength = 32, Special = false }, secret: true, persist: true);
        var server = builder.AddPostgres("postgres", password: password);
        var volume = VolumeNameGenerator.Generate(
            server, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(dataFolder)))[..10]);
        builder.Say($"Store: PostgreSQL in a container of {engine}, its data in the volume {volume}.");
        return server.WithDataVolume(volume).AddDatabase(Name);
    }

    /// <summary>PostgreSQL as a process beside the services.</summary>
    internal static IResourceBuilder<IResourceWithConnectionString> AddLocalPostgres(
        this IDistributedApplicationBuilder builder, LocalPostgres server)
    {
        builder.Say($"Store: PostgreSQL, a server of its own with the programs in {server.Programs}, its data in {server.Folder}.");
        return builder.AddLocalPostgres(Name, server);
    }

    /// <summary>The one that Aspire was told to use.</summary>
    private static string? WantedEngine(IDistributedApplicationBuilder builder) =>
        builder.Configuration["DcpPublisher:ContainerRuntime"]
        ?? builder.Configuration["ASPIRE_CONTAINER_RUNTIME"] ?? builder.Configuration["DOTNET_ASPIRE_CONTAINER_RUNTIME"];

    /// <summary>Tells the developer, once it is certain that the platform starts.</summary>
    private static void Say(this IDistributedApplicationBuilder builder, string sentence) => builder.OnBeforeStart((_, _) =>
    {
        Console.WriteLine(sentence);
        return Task.CompletedTask;
    });
}
