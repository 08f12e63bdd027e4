using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Orion.Sink.Audit;
using Orion.Sink.Reading;
using Orion.Store.Jobs;
using Orion.Store.OpsAccess;
using OrionPlatform.Tests;

namespace OrionPlatform.Services.Tests;

/// <summary>What an operator does in a terminal, beside the running api.</summary>
public sealed class CommandTests(SharedApi shared) : IClassFixture<SharedApi>
{
    [Fact]
    public async Task A_made_tenants_key_opens_its_project_and_is_shown_once()
    {
        var (code, output, _) = await RunAsync("tenant", "create", "initech");
        Assert.Equal(0, code);
        var fields = output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .ToDictionary(l => l.Split(':')[0], l => l.Split(':')[1].Trim().Split(' ')[0]);
        using var client = shared.Api.Client(fields["key"]);
        using var answer = await client.GetAsync(new Uri($"v1/projects/{fields["project"]}/{AnySlice.Path}", UriKind.Relative));
        answer.EnsureSuccessStatusCode();

        var (again, repeated, why) = await RunAsync("tenant", "create", "initech");
        Assert.Equal(1, again);
        Assert.Empty(repeated);
        Assert.Contains("exists already", why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_login_path_can_be_used_once()
    {
        var (code, output, _) = await RunAsync("ops-login", "--role", "admin", "--name", "Tess");
        Assert.Equal(0, code);
        var token = output.Trim()["/admin/ops/login?t=".Length..];
        var sessions = new OpsSessions(shared.Api.Store);
        Assert.Equal("admin", (await sessions.RedeemAsync(token))?.Session.Role);
        Assert.Null(await sessions.RedeemAsync(token));
    }

    [Fact]
    public async Task What_a_command_did_is_in_the_audit_log_of_the_running_api_under_the_name_of_who_ran_it()
    {
        Assert.Equal(0, (await RunAsync("tenant", "create", "audited")).Code);
        Assert.Equal(1, (await RunAsync("tenant", "create", "audited")).Code);
        Assert.Equal(0, (await RunAsync("ops-login", "--role", "viewer", "--name", "Vera")).Code);
        await shared.Api.Store.WriteAsync(tx => tx.EnqueueAsync(new JobRequest { Kind = "test.dead", Subject = "test/1" }));
        var jobs = new JobQueue(shared.Api.Store);
        await jobs.BuryAsync((await jobs.ClaimAsync("w1", ["test.dead"], 1)).Single(), "gone", "It is over.");
        Assert.Equal(0, (await RunAsync("jobs", "redrive")).Code);
        Assert.Equal(0, (await RunAsync("jobs", "redrive")).Code);

        var reader = shared.Api.App.Services.GetRequiredService<TelemetryReader>();
        IReadOnlyList<AuditEntry> entries = [];
        var commands = new AuditQuery { Component = "command", User = Environment.UserName, Order = AuditOrder.Oldest };
        await Eventually.TrueAsync(
            async () => (entries = [.. (await reader.AuditAsync(commands))
                .Where(e => e.Tenant == "audited" || e.Parameters!.Contains("Vera", StringComparison.Ordinal)
                    || e.Action == "jobs.redriven")]).Count >= 3,
            "three entries");
        Assert.Equal(["tenant.created", "ops.link_created", "jobs.redriven"], entries.Select(e => e.Action));
        Assert.Equal("""{"status_from":"dead","status_to":"ready"}""", entries[2].Metadata);
        Assert.DoesNotContain(entries, e => $"{e.Parameters}{e.Metadata}".Contains("ok_", StringComparison.Ordinal));
    }

    [Trait("Store", "once")]
    [Theory]
    [InlineData("Option '--role' is required.", "ops-login")]
    [InlineData("--role has to be viewer, operator or admin.", "ops-login", "--role", "king")]
    [InlineData("--name has to say who logs in.", "ops-login", "--role", "admin", "--name", " ")]
    [InlineData("Required argument missing for option: '--role'.", "ops-login", "--role")]
    [InlineData("A tenant's name is 1 to 63", "tenant", "create", "Not a name")]
    [InlineData("A tenant's name is 1 to 63", "tenant", "create", "@tenants.txt")]
    [InlineData("Required argument 'NAME' missing", "tenant", "create")]
    [InlineData("Required command was not provided.", "jobs")]
    [InlineData("There is no command or option 'tenants'.", "tenants")]
    [InlineData("There is no command or option 'all'.", "jobs", "redrive", "all")]
    public async Task A_wrong_command_says_what_is_wrong_with_it(string why, params string[] arguments)
    {
        var (code, output, error) = await RunAsync(arguments);
        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith(why, error, StringComparison.Ordinal);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Trait("Store", "once")]
    [Fact]
    public async Task Help_lists_the_commands_and_makes_nothing()
    {
        var (code, output, _) = await RunAsync("--help");
        Assert.Equal(0, code);
        Assert.All((string[])["ops-login", "tenant", "jobs", "store"], command =>
            Assert.Contains($"  {command} ", output, StringComparison.Ordinal));
        Assert.Equal(0, (await RunAsync("--version")).Code);
    }

    private async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Api.Program).Assembly.Location, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = shared.Api.Folder,
        };
        start.Environment["ConnectionStrings__store"] = StoreDatabase.Of(shared.Api.Folder).ConnectionString;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await error);
    }
}
