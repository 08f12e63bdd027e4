namespace OrionPlatform.AppHost.Tests;

public sealed class ReferenceTests
{
    [Fact]
    public async Task A_reference_to_a_service_gives_its_address_twice_for_service_discovery_and_by_name()
    {
        await using var model = new AppModel();
        var agent = model.AddService("node-agent");
        var app = model.AddShell("app", "true").WithReference(agent);

        var environment = await model.EnvironmentOfAsync(app);

        Assert.Equal(agent.GetEndpoint("http").Url, environment["services__node-agent__http__0"]);
        Assert.Equal(agent.GetEndpoint("http").Url, environment["NODE_AGENT_HTTP"]);
    }

    [Fact]
    public async Task Every_replica_has_a_port_of_its_own_and_a_reference_lists_all_of_them()
    {
        await using var model = new AppModel();
        var api = model.AddService("api").WithReplicas(3);
        var app = model.AddShell("app", "true").WithReference(api);

        var environment = await model.EnvironmentOfAsync(app);

        var urls = Enumerable.Range(0, 3).Select(i => environment[$"services__api__http__{i}"]).ToList();
        Assert.Equal(3, urls.Distinct().Count());
        Assert.Equal(urls[0], environment["API_HTTP"]);
        Assert.Equal(Enumerable.Range(0, 3).Select(api.GetEndpoint("http").UrlOf), urls);
    }

    [Fact]
    public async Task Only_the_referenced_endpoints_are_given_and_a_second_reference_adds_to_the_first()
    {
        await using var model = new AppModel();
        var api = model.AddService("api").WithHttpEndpoint(name: "admin").WithHttpEndpoint(name: "hidden");
        var app = model.AddShell("app", "true").WithReference(api.GetEndpoint("http")).WithReference(api.GetEndpoint("admin"));

        var environment = await model.EnvironmentOfAsync(app);

        Assert.Equal(["services__api__admin__0", "services__api__http__0"], environment.Keys.Where(k => k.StartsWith("services__", StringComparison.Ordinal)).Order());
        Assert.Contains("API_ADMIN", environment.Keys);
    }

    [Fact]
    public async Task A_service_can_be_referred_to_under_another_name_or_by_an_address_outside()
    {
        await using var model = new AppModel("--Parameters:billing-url=https://billing.example/");
        var api = model.AddService("api");
        var billing = model.Builder.AddExternalService("billing", model.Builder.AddParameter("billing-url"));
        var app = model.AddShell("app", "true").WithReference(api, "backend").WithReference("mail", new Uri("https://mail.example/")).WithReference(billing);

        var environment = await model.EnvironmentOfAsync(app);

        Assert.Equal(api.GetEndpoint("http").Url, environment["services__backend__http__0"]);
        Assert.Equal("https://mail.example/", environment["services__mail__default__0"]);
        Assert.Equal("https://billing.example/", environment["services__billing__https__0"]);
        Assert.Throws<DistributedApplicationException>(() => app.WithReference("mail", new Uri("https://mail.example/path")));
    }

    [Fact]
    public async Task A_connection_string_is_given_under_its_name_or_the_one_the_service_expects()
    {
        await using var model = new AppModel("--ConnectionStrings:legacy=old");
        var store = model.Builder.AddConnectionString("store", ReferenceExpression.Create($"Data Source={"/x/{y}/store.db"}"));
        var built = model.Builder.AddConnectionString("built", expression =>
        {
            expression.AppendLiteral("Directory=");
            expression.Append($"{"/t"};Port={model.AddService("api").GetEndpoint("http").Property(EndpointProperty.Port)}");
        });
        var legacy = model.Builder.AddConnectionString("legacy", environmentVariableName: "LEGACY_DB");
        var app = model.AddShell("app", "true").WithReference(store).WithReference(built, connectionName: "telemetry").WithReference(legacy);

        var environment = await model.EnvironmentOfAsync(app);

        Assert.Equal("Data Source=/x/{y}/store.db", environment["ConnectionStrings__store"]);
        Assert.Matches("^Directory=/t;Port=[0-9]+$", environment["ConnectionStrings__telemetry"]);
        Assert.Equal("old", environment["LEGACY_DB"]);
    }

    [Fact]
    public async Task A_missing_connection_string_is_an_error_that_names_its_key_unless_it_is_optional()
    {
        await using var model = new AppModel();
        var db = model.Builder.AddConnectionString("db");
        var optional = model.AddShell("optional", "true").WithReference(db, optional: true);
        var needing = model.AddShell("needing", "true").WithReference(db);

        Assert.DoesNotContain("ConnectionStrings__db", (await model.EnvironmentOfAsync(optional)).Keys);
        var error = await Assert.ThrowsAsync<MissingParameterValueException>(() => model.EnvironmentOfAsync(needing));
        Assert.Contains("ConnectionStrings:db", error.Message, StringComparison.Ordinal);
    }
}
