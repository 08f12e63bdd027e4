using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace OrionPlatform.AppHost.Tests;

/// <summary>Where AppHost keeps the store, before anything starts: which resource it is, and who waits for it.</summary>
public sealed class StoreTests : IDisposable
{
    private const string Postgres = "--Store:Engine=postgres";
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Api_and_worker_refer_to_the_store_and_wait_for_it()
    {
        await using var model = await HostedPlatform.ModelAsync(_folder.Path);

        AssertUsed(model);
    }

    [Fact]
    public async Task A_server_that_is_named_is_taken_as_it_is_and_none_is_started()
    {
        const string given = "Host=db.example.com;Database=orders;Username=app;Password=x";
        await using var model = await HostedPlatform.ModelAsync(_folder.Path, Postgres, "--ConnectionStrings:store=" + given);

        var store = Assert.IsAssignableFrom<IResourceWithConnectionString>(AssertUsed(model));
        Assert.Equal(given, await store.GetConnectionStringAsync());
        Assert.Empty(model.Resources.OfType<ContainerResource>());
        Assert.Empty(model.Resources.OfType<LocalPostgresResource>());
    }

    // `true` answers as a container engine's client does that reaches its engine.
    [LinuxFact]
    public async Task Where_a_container_engine_answers_it_is_a_container_with_a_volume_of_the_data_folders_own()
    {
        string volume;
        await using (var model = await HostedPlatform.ModelAsync(_folder.File("a"), Postgres, "--DcpPublisher:ContainerRuntime=true"))
        {
            var database = Assert.IsType<PostgresDatabaseResource>(AssertUsed(model));
            Assert.Equal("store", database.DatabaseName);
            Assert.Contains("Database=store", database.ConnectionStringExpression.ValueExpression, StringComparison.Ordinal);
            Assert.StartsWith("Host=", database.Parent.ConnectionStringExpression.ValueExpression, StringComparison.Ordinal);
            volume = VolumeOf(database.Parent);
            var password = model.Resources.OfType<ParameterResource>().Single(p => p.Name == "postgres-password");
            Assert.True(password.Secret);
            Assert.NotNull(password.Default);
            Assert.Empty(model.Resources.OfType<LocalPostgresResource>());
        }

        await using var other = await HostedPlatform.ModelAsync(_folder.File("b"), Postgres, "--DcpPublisher:ContainerRuntime=true");
        Assert.NotEqual(volume, VolumeOf(other.Resources.OfType<PostgresServerResource>().Single()));
    }

    [LocalPostgresFact]
    public async Task Else_it_is_a_server_of_the_installed_programs_whose_cluster_is_made_once_and_asks_for_a_password()
    {
        string connection;
        await using (var model = await HostedPlatform.ModelAsync(_folder.Path, Postgres, "--Store:Container=false"))
        {
            var server = Assert.IsType<LocalPostgresResource>(AssertUsed(model));
            connection = (await ((IResourceWithConnectionString)server).GetConnectionStringAsync())!;
            Assert.StartsWith($"Host={_folder.File("postgres")};", connection, StringComparison.Ordinal);
            Assert.Single(server.Annotations.OfType<HealthCheckAnnotation>());
        }

        var access = (await File.ReadAllLinesAsync(_folder.File("postgres/cluster/pg_hba.conf")))
            .Where(l => l.Length > 0 && !l.StartsWith('#')).ToList();
        Assert.NotEmpty(access);
        Assert.All(access, l => Assert.EndsWith(" scram-sha-256", l, StringComparison.Ordinal));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.File("postgres/password")));
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder.File("postgres")));
        }

        await using var again = await HostedPlatform.ModelAsync(_folder.Path, Postgres, "--Store:Container=false");
        var next = again.Resources.OfType<LocalPostgresResource>().Cast<IResourceWithConnectionString>().Single();
        Assert.Equal(connection, await next.GetConnectionStringAsync());
    }

    [Fact]
    public async Task Replicas_have_one_address_in_front_of_them_and_a_single_process_has_its_own()
    {
        await using var model = await HostedPlatform.ModelAsync(_folder.Path, "--Replicas:Api=3", "--Ports:Api=5997");

        var services = model.Resources.OfType<ProjectResource>().ToDictionary(r => r.Name);
        Assert.Equal((3, true, 5997), Shape(services["api"]));
        Assert.Equal((1, false, null), Shape(services["worker"]));

        static (int Replicas, bool IsProxied, int? Port) Shape(ProjectResource service)
        {
            var endpoint = Assert.Single(service.Annotations.OfType<EndpointAnnotation>());
            return (service.Annotations.OfType<ReplicaAnnotation>().Single().Replicas, endpoint.IsProxied, endpoint.Port);
        }
    }

    // As clients whose engine answers and is down; and as none at all.
    [LinuxTheory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    [InlineData("no-such-program", false)]
    public void A_container_engine_is_one_that_answers(string client, bool answers) =>
        Assert.Equal(answers, ContainerEngine.Answers(client, TimeSpan.FromMinutes(1)));

    [LinuxFact]
    public async Task One_that_does_not_answer_in_time_is_none_and_is_not_left_waiting()
    {
        var client = _folder.File("client");
        await File.WriteAllTextAsync(client, "#!/usr/bin/env sh\nsleep 600\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(client, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        Assert.False(ContainerEngine.Answers(client, TimeSpan.FromSeconds(0.2)));
        await Eventually.TrueAsync(() => LinuxProcesses.WithArgument(client).Count == 0, "the client is gone");
    }

    [Fact]
    public void Without_any_PostgreSQL_it_says_what_to_install_or_to_set() =>
        Assert.Equal(
            "Store:Engine is postgres, and there is none here: no container engine answers, and PostgreSQL's programs are not installed. "
                + "Install Docker, Podman or PostgreSQL (Debian: apt-get install postgresql), or name a server in "
                + "ConnectionStrings:store.",
            new LocalPostgres(_folder.File("postgres"), programs: null).Problem());

    private static string VolumeOf(PostgresServerResource server) =>
        Assert.Single(server.Annotations.OfType<ContainerMountAnnotation>(), m => m.Type == ContainerMountType.Volume).Source!;

    /// <summary>The store, once it is sure that api and worker use it.</summary>
    private static IResource AssertUsed(IDistributedApplicationTestingBuilder model)
    {
        var store = model.Resources.Single(r => r.Name == "store");
        foreach (var service in model.Resources.OfType<ProjectResource>().Where(r => r.Name is "api" or "worker"))
        {
            Assert.Contains(service.Annotations.OfType<WaitAnnotation>(), w => w.Resource == store);
            Assert.Contains(
                service.Annotations.OfType<ResourceRelationshipAnnotation>(), r => r.Resource == store && r.Type == "Reference");
        }

        return store;
    }
}
