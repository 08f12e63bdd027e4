using Aspire.Hosting.ApplicationModel;

namespace OrionPlatform.AppHost.Tests;

/// <summary>What AppHost.cs describes, before anything of it starts.</summary>
public sealed class ModelTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Each_service_answers_for_its_health_and_listens_itself_without_a_proxy()
    {
        await using var model = await HostedPlatform.ModelAsync(_folder.Path);

        Assert.All(model.Resources.OfType<ProjectResource>(), service =>
        {
            Assert.Single(service.Annotations.OfType<HealthCheckAnnotation>());
            Assert.False(Assert.Single(service.Annotations.OfType<EndpointAnnotation>()).IsProxied);
        });
    }

    [Fact]
    public async Task Only_the_api_is_external_and_its_port_is_the_one_that_was_asked_for()
    {
        await using var model = await HostedPlatform.ModelAsync(_folder.Path, "--Ports:Api=5999");

        var external = model.Resources.OfType<ProjectResource>()
            .SelectMany(r => r.Annotations.OfType<EndpointAnnotation>().Where(e => e.IsExternal).Select(e => (r.Name, e.Port)));
        Assert.Equal([("api", 5999)], external.Select(e => (e.Name, e.Port ?? 0)));
    }

    [Fact]
    public async Task Every_generated_parameter_is_a_secret()
    {
        await using var model = await HostedPlatform.ModelAsync(_folder.Path);

        var parameters = model.Resources.OfType<ParameterResource>().ToDictionary(p => p.Name);
        Assert.All(GeneratedSecrets.Names.Append("ops-login-token"), name => Assert.True(parameters[name].Secret, name));
    }

    [Fact]
    public async Task The_connection_strings_lie_in_the_data_folder()
    {
        await using var model = await HostedPlatform.ModelAsync(_folder.Path);

        var databases = model.Resources.OfType<IResourceWithConnectionString>().ToDictionary(r => r.Name);
        Assert.Equal($"Data Source={_folder.File("store.db")}", await databases["store"].GetConnectionStringAsync());
        Assert.Equal($"Directory={_folder.File("telemetry")}", await databases["telemetry"].GetConnectionStringAsync());
    }

    [Fact]
    public async Task The_data_folder_is_made_for_its_owner_alone()
    {
        await using var model = await HostedPlatform.ModelAsync(_folder.File("data"));

        Assert.True(
            OperatingSystem.IsWindows()
            || File.GetUnixFileMode(_folder.File("data"))
                == (UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
    }
}
