namespace OrionPlatform.AppHost.Tests;

public sealed class LaunchProfileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public LaunchProfileTests()
    {
        Directory.CreateDirectory(_folder.File("Properties"));
        File.WriteAllText(_folder.File("x.csproj"), "<Project/>");
        File.WriteAllText(_folder.File("Properties/launchSettings.json"), """
            {
              // a comment
              "profiles": {
                "container": { "commandName": "Docker" },
                "http": { "commandName": "Project", "applicationUrl": "http://localhost:0;https://localhost:7443", "environmentVariables": { "FROM": "profile", "BOTH": "profile" } },
                "other": { "commandName": "Project", "environmentVariables": { "FROM": "other" } },
              }
            }
            """);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_first_profile_that_runs_the_project_gives_endpoints_and_the_variables_AppHost_does_not_set()
    {
        await using var model = new AppModel();
        var x = model.Builder.AddProject("x", _folder.Path).WithEnvironment("BOTH", "AppHost");

        var environment = await model.EnvironmentOfAsync(x);

        Assert.Equal(("profile", "AppHost", "http"), (environment["FROM"], environment["BOTH"], environment["DOTNET_LAUNCH_PROFILE"]));
        Assert.Equal(x.GetEndpoint("http").Url, environment["ASPNETCORE_URLS"]);
    }

    [Fact]
    public async Task A_profile_is_chosen_by_name_or_left_out()
    {
        await using var model = new AppModel();

        Assert.Equal("other", (await model.EnvironmentOfAsync(model.Builder.AddProject("a", _folder.Path, "other")))["FROM"]);
        Assert.DoesNotContain("FROM", (await model.EnvironmentOfAsync(model.Builder.AddProject("b", _folder.Path, launchProfileName: null))).Keys);
        Assert.DoesNotContain("FROM", (await model.EnvironmentOfAsync(model.Builder.AddProject("c", _folder.Path, options => options.ExcludeLaunchProfile = true))).Keys);
    }

    [Fact]
    public void An_unknown_profile_and_a_missing_project_are_refused_by_name()
    {
        var builder = DistributedApplication.CreateBuilder();

        Assert.Contains("launch profile 'nope'", Assert.Throws<DistributedApplicationException>(() => builder.AddProject("x", _folder.Path, "nope")).Message, StringComparison.Ordinal);
        Assert.Contains("'y' needs one project file", Assert.Throws<DistributedApplicationException>(() => builder.AddProject("y", _folder.File("none"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_project_that_is_not_built_is_refused_with_the_command_that_builds_it()
    {
        var builder = DistributedApplication.CreateBuilder();
        var x = builder.AddProject("x", _folder.Path);

        var error = Assert.Throws<DistributedApplicationException>(() => Launches.Program(x.Resource));

        Assert.Contains("'x' is not built", error.Message, StringComparison.Ordinal);
        Assert.Contains($"dotnet build \"{_folder.File("x.csproj")}\"", error.Message, StringComparison.Ordinal);
    }
}
