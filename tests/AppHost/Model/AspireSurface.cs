using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace OrionPlatform.AppHost.Tests;

/// <summary>Uses every member of the subset the way Aspire's own documentation does, with its overload resolution, variance and named arguments.</summary>
public sealed class AspireSurface
{
    [Fact]
    public void Code_written_for_Aspire_compiles_and_builds_the_same_model()
    {
        var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions { Args = ["--Parameters:user=me", "--ConnectionStrings:db=x"], ProjectDirectory = AppModel.SmallPlatform });
        Assert.True(builder.ExecutionContext.IsRunMode && !builder.ExecutionContext.IsPublishMode && builder.ExecutionContext.Operation == DistributedApplicationOperation.Run);
        Assert.Equal("me", builder.Configuration.GetSection("Parameters")["user"]);
        Assert.NotNull(builder.AppHostAssembly);
        builder.Services.AddSingleton("anything");

        var user = builder.AddParameter("user", secret: true);
        var fixedValue = builder.AddParameter("fixed", "value", publishValueAsDefault: true);
        var lazy = builder.AddParameter("lazy", () => "value", secret: true);
        var generated = builder.AddParameter("generated", new GenerateParameterDefault { MinLength = 32, Special = false, MinNumeric = 2 }, secret: true, persist: true)
            .WithDescription("A *secret*.", enableMarkdown: true);
        var configured = builder.AddParameterFromConfiguration("configured", "Some:Key", secret: true);
        var db = builder.AddConnectionString("db");
        var cache = builder.AddConnectionString("cache", "CACHE_URL");
        var store = builder.AddConnectionString("store", ReferenceExpression.Create($"Server={user};Password={generated}"));
        var built = builder.AddConnectionString("built", expression => expression.Append($"Endpoint={lazy.Resource}"));
        var external = builder.AddExternalService("external", new Uri("https://example.org/"));

        var migrations = builder.AddExecutable("migrations", "sh", ".", "-c", "true");
        var api = builder.AddProject<SmallPlatformMetadata>("api", launchProfileName: null)
            .WithHttpEndpoint(port: null, targetPort: null, name: "http", env: "PORT", isProxied: false)
            .WithHttpEndpoint(8081, name: "admin")
            .WithExternalHttpEndpoints()
            .WithHttpHealthCheck("/health")
            .WithHttpHealthCheck(path: "/ready", statusCode: 204, endpointName: "admin")
            .WithReference(db).WithReference(cache, optional: true).WithReference(store, connectionName: "main").WithReference(built).WithReference(external)
            .WithEnvironment("USER", user).WithEnvironment("STORE", store).WithEnvironment("EXTERNAL", external).WithEnvironment("FIXED", fixedValue.Resource)
            .WithEnvironment("MODE", "demo").WithEnvironment("KEY", $"key={configured}").WithEnvironment("NOW", () => "now")
            .WithEnvironment(context => context.EnvironmentVariables["RUN"] = context.ExecutionContext.IsRunMode.ToString())
            .WithReplicas(2)
            .WaitForCompletion(migrations, exitCode: 0)
            .WithUrlForEndpoint("http", url => url.DisplayText = "API")
            .WithUrlForEndpoint("admin", endpoint => new ResourceUrlAnnotation { Url = "/admin", DisplayText = "Admin", Endpoint = endpoint, DisplayLocation = UrlDisplayLocation.DetailsOnly })
            .WithUrl("https://example.org/docs", "Docs")
            .WithUrls(context => context.Urls.RemoveAll(url => url.Endpoint?.EndpointName == "nothing"));
        api.WithUrl($"{api.GetEndpoint("http")}/login?t={generated}", "Login").WithHttpHealthCheck(() => api.GetEndpoint("http"), "/alive");
        IResourceBuilder<IResourceWithServiceDiscovery> discovered = api;
        IResourceBuilder<IResource> anything = discovered;
        var worker = builder.AddProject("worker", AppModel.SmallPlatform, options => options.ExcludeLaunchProfile = true)
            .WithReference(api).WithReference(api.GetEndpoint("admin")).WithReference("mail", new Uri("https://mail.example/"))
            .WithEnvironment("API", api.GetEndpoint("http")).WithEnvironment("API_PORT", api.GetEndpoint("http").Property(EndpointProperty.Port))
            .WaitFor(anything).WaitFor(api, WaitBehavior.WaitOnResourceUnavailable).WaitForStart(api).WaitForStart(api, WaitBehavior.StopOnResourceUnavailable)
            .WithArgs("--fast", "yes").WithArgs(api.GetEndpoint("http"), user.Resource).WithArgs(context => context.Args.Add("last"))
            .WithParentRelationship(api).WithExplicitStart();
        var plain = builder.AddProject<SmallPlatformMetadata>("plain").WithParentRelationship(worker.Resource).WithAnnotation(new Note());
        Assert.Same(plain.Resource, builder.CreateResourceBuilder(plain.Resource).WithAnnotation<Note>(ResourceAnnotationMutationBehavior.Replace).Resource);

        using var application = builder.Build();

        Assert.Equal(14, application.Services.GetRequiredService<DistributedApplicationModel>().Resources.Count);
        Assert.Equal(2, application.Services.GetRequiredService<DistributedApplicationModel>().Resources.OfType<IResourceWithConnectionString>().Count(r => r is ConnectionStringResource));
        Assert.Single(plain.Resource.Annotations.OfType<Note>());
    }

    private sealed class Note : IResourceAnnotation;

    private sealed class SmallPlatformMetadata : IProjectMetadata
    {
        public string ProjectPath => Path.Combine(AppModel.SmallPlatform, "OrionPlatform.SmallPlatform.csproj");
    }
}
