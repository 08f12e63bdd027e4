namespace OrionPlatform.AppHost.Tests;

public sealed class EnvironmentTests
{
    [Fact]
    public async Task A_project_is_told_its_telemetry_identity_where_to_listen_and_which_run_it_belongs_to()
    {
        await using var model = new AppModel();
        var api = model.AddService("api");

        var environment = await model.EnvironmentOfAsync(api);

        Assert.Equal("api", environment["OTEL_SERVICE_NAME"]);
        Assert.Matches("^service.instance.id=[0-9a-f]{32}$", environment["OTEL_RESOURCE_ATTRIBUTES"]);
        Assert.Equal(api.GetEndpoint("http").Url, environment["ASPNETCORE_URLS"]);
        Assert.Equal("run", environment["ORION_RUN_ID"]);
        Assert.Equal($"{Environment.ProcessId}", environment["ORION_PARENT_PID"]);
        Assert.Equal("1000", environment["OTEL_BSP_SCHEDULE_DELAY"]);
        Assert.DoesNotContain("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", environment.Keys);
        Assert.DoesNotContain(environment.Keys, k => k.Contains("DISABLE_URL_QUERY_REDACTION", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_AppHost_sets_itself_wins_over_the_defaults_and_the_last_word_counts()
    {
        await using var model = new AppModel();
        var api = model.AddService("api").WithEnvironment("OTEL_SERVICE_NAME", "other").WithEnvironment("A", "1").WithEnvironment("A", "2").WithEnvironment("EMPTY", (string?)null);

        var environment = await model.EnvironmentOfAsync(api);

        Assert.Equal(("other", "2", ""), (environment["OTEL_SERVICE_NAME"], environment["A"], environment["EMPTY"]));
    }

    [Fact]
    public async Task Every_overload_gives_the_value_it_is_named_for()
    {
        await using var model = new AppModel("--ConnectionStrings:db=Host=x");
        var api = model.AddService("api");
        var token = model.Builder.AddParameter("token", "t{0}", secret: true);
        var db = model.Builder.AddConnectionString("db");
        var partner = model.Builder.AddExternalService("partner", "https://partner.example/");
        var endpoint = api.GetEndpoint("http");
        var app = model.AddShell("app", "true")
            .WithEnvironment("TEXT", "text")
            .WithEnvironment("INTERPOLATED", $"{endpoint}/otlp?{{}}")
            .WithEnvironment("PARAMETER_IN_TEXT", $"key={token}")
            .WithEnvironment("EXPRESSION", ReferenceExpression.Create($"{endpoint.Property(EndpointProperty.HostAndPort)}"))
            .WithEnvironment("CALLBACK", () => "called")
            .WithEnvironment(context => context.EnvironmentVariables["CONTEXT"] = context.Resource.Name)
            .WithEnvironment(async context =>
            {
                await Task.Yield();
                context.EnvironmentVariables["ASYNC"] = token.Resource;
            })
            .WithEnvironment("ENDPOINT", endpoint)
            .WithEnvironment("PARAMETER", token)
            .WithEnvironment("CONNECTION", db)
            .WithEnvironment("EXTERNAL", partner)
            .WithEnvironment("VALUE", (IExpressionValue)endpoint.Property(EndpointProperty.Port))
            .WithEnvironment<ExecutableResource, EndpointReferenceExpression>("GENERIC", endpoint.Property(EndpointProperty.Scheme));

        var environment = await model.EnvironmentOfAsync(app);

        Assert.Equal("text", environment["TEXT"]);
        Assert.Equal(endpoint.Url + "/otlp?{}", environment["INTERPOLATED"]);
        Assert.Equal("key=t{0}", environment["PARAMETER_IN_TEXT"]);
        Assert.Equal($"localhost:{endpoint.Port}", environment["EXPRESSION"]);
        Assert.Equal("called", environment["CALLBACK"]);
        Assert.Equal("app", environment["CONTEXT"]);
        Assert.Equal("t{0}", environment["ASYNC"]);
        Assert.Equal(endpoint.Url, environment["ENDPOINT"]);
        Assert.Equal("t{0}", environment["PARAMETER"]);
        Assert.Equal("Host=x", environment["CONNECTION"]);
        Assert.Equal("https://partner.example/", environment["EXTERNAL"]);
        Assert.Equal($"{endpoint.Port}", environment["VALUE"]);
        Assert.Equal("http", environment["GENERIC"]);
    }

    [Fact]
    public async Task A_value_of_a_type_that_is_no_text_is_refused_by_the_variables_name()
    {
        await using var model = new AppModel();
        var app = model.AddShell("app", "true").WithEnvironment(context => context.EnvironmentVariables["WHEN"] = TimeSpan.Zero);

        var error = await Assert.ThrowsAsync<DistributedApplicationException>(() => model.EnvironmentOfAsync(app));

        Assert.Contains("'app' gets variable WHEN of type TimeSpan", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Arguments_may_be_text_or_values_and_come_in_order()
    {
        await using var model = new AppModel();
        var api = model.AddService("api");
        var app = model.Builder.AddExecutable("app", "sh", "/", "-c", api.GetEndpoint("http")).WithArgs("--profile", "demo").WithArgs(context => context.Args.Add(7));

        var arguments = await model.ArgumentsOfAsync(app);

        Assert.Equal(["-c", api.GetEndpoint("http").Url, "--profile", "demo", "7"], arguments);
    }
}
