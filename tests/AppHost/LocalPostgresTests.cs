using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Npgsql;

namespace OrionPlatform.AppHost.Tests;

/// <summary>The server that AppHost runs where no container engine does, by itself.</summary>
public sealed class LocalPostgresTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [LocalPostgresFact]
    public async Task In_a_folder_whose_path_is_too_long_for_a_socket_it_listens_on_loopback_and_lets_nobody_in_without_the_password()
    {
        var folder = _folder.File(new string('d', 100));
        Assert.False(LocalPostgres.FitsSocket(folder));
        var server = new LocalPostgres(folder);
        Assert.Null(server.Problem());
        var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions
        {
            DisableDashboard = true,

            // Which says where Aspire's orchestrator is.
            AssemblyName = typeof(LocalPostgres).Assembly.GetName().Name,
        });
        builder.AddLocalPostgres("store", server);

        await using (var application = builder.Build())
        {
            using var limit = new CancellationTokenSource(s_patience);
            await application.StartAsync(limit.Token);
            await application.ResourceNotifications.WaitForResourceHealthyAsync("store", limit.Token);

            var given = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Pooling = false };
            Assert.Equal("127.0.0.1", given.Host);
            await using (var connection = new NpgsqlConnection(given.ConnectionString))
            {
                await connection.OpenAsync(limit.Token);
                Assert.Equal("store", connection.Database);
            }

            given.Password = "guessed";
            await using var stranger = new NpgsqlConnection(given.ConnectionString);
            var refusal = await Assert.ThrowsAsync<PostgresException>(() => stranger.OpenAsync(limit.Token));
            Assert.Equal(PostgresErrorCodes.InvalidPassword, refusal.SqlState);
        }

        await Eventually.TrueAsync(() => LinuxProcesses.WithArgument(folder).Count == 0, "no process of the server is left");
    }

    [LocalPostgresFact]
    public void A_cluster_that_was_begun_and_not_finished_is_made_anew()
    {
        Directory.CreateDirectory(_folder.File("postgres/cluster.new/base"));
        var server = new LocalPostgres(_folder.File("postgres"));

        Assert.Null(server.Problem());
        Assert.True(File.Exists(_folder.File("postgres/cluster/PG_VERSION")));
        Assert.False(Directory.Exists(_folder.File("postgres/cluster.new")));
    }

    [LocalPostgresFact]
    public void What_the_programs_say_when_they_cannot_make_it_is_passed_on()
    {
        Directory.CreateDirectory(_folder.File("programs"));
        var server = new LocalPostgres(_folder.File("postgres"), _folder.File("programs"));

        Assert.StartsWith($"PostgreSQL cannot be run in {_folder.File("postgres")}: ", server.Problem(), StringComparison.Ordinal);
    }
}
