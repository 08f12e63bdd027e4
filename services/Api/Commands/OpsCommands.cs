using OrionPlatform.Store;

namespace OrionPlatform.Api;

/// <summary>
/// What an operator does beside the running service, on the same database: <c>ops-login</c>, <c>tenant create</c> and
/// <c>jobs redrive</c>.
/// </summary>
internal static class OpsCommands
{
    private const string Usage = """
        Usage:
          ops-login --role viewer|operator|admin [--name NAME]   print a login path of the ops panel, valid once and for 15 minutes
          tenant create NAME                                     make a tenant and print its first project and key, this once
          jobs redrive                                           make every dead job claimable again
        """;

    private static readonly TimeSpan s_loginValidFor = TimeSpan.FromMinutes(15);

    /// <summary>Whether the arguments are a command rather than the service's own options.</summary>
    internal static bool Named(string[] args) => args is [var first, ..] && !first.StartsWith('-') && !first.Contains('=');

    /// <summary>Runs it; 0 when it worked, 1 when it could not be done, 2 when it is not known.</summary>
    internal static Task<int> RunAsync(string[] args) => args switch
    {
        ["ops-login", .. var options] => OpsLoginAsync(options),
        ["tenant", "create", var name] => CreateTenantAsync(name),
        ["jobs", "redrive"] => RedriveAsync(),
        _ => RefusedAsync($"Unknown command: {string.Join(' ', args)}"),
    };

    private static async Task<int> OpsLoginAsync(string[] options)
    {
        string? role = null;
        var name = Environment.UserName;
        for (var i = 0; i + 1 < options.Length; i += 2)
        {
            (role, name) = options[i] switch
            {
                "--role" => (options[i + 1], name),
                "--name" => (role, options[i + 1]),
                _ => (null, name),
            };
        }

        if (options.Length % 2 != 0 || role is not ("viewer" or "operator" or "admin") || string.IsNullOrWhiteSpace(name))
        {
            return await RefusedAsync("ops-login needs --role viewer, operator or admin.");
        }

        return await WithStoreAsync(async services =>
        {
            var token = await services.GetRequiredService<OpsSessions>().CreateLoginTokenAsync(name, role, s_loginValidFor);
            await Console.Out.WriteLineAsync($"/admin/ops/login?t={token}");
            return 0;
        });
    }

    private static Task<int> CreateTenantAsync(string name) => WithStoreAsync(async services =>
    {
        if (!Shapes.TenantName().IsMatch(name))
        {
            return await RefusedAsync($"A tenant's name is {Shapes.TenantNameShape}.");
        }

        var made = await services.GetRequiredService<Members>().EnsureTenantAsync(name);
        if (made.ApiKey is null)
        {
            await Console.Error.WriteLineAsync($"Tenant {name} exists already ({made.TenantId}); nothing was made.");
            return 1;
        }

        await Console.Out.WriteLineAsync(
            $"tenant:  {made.TenantId}\nproject: {made.ProjectId}\n"
                + $"key:     {made.ApiKey}   (shown this once; it is stored as a hash)");
        return 0;
    });

    private static Task<int> RedriveAsync() => WithStoreAsync(async services =>
    {
        var redriven = await services.GetRequiredService<JobQueue>().RedriveAllAsync();
        await Console.Out.WriteLineAsync(redriven == 1 ? "1 dead job is claimable again." : $"{redriven} dead jobs are claimable again.");
        return 0;
    });

    private static async Task<int> WithStoreAsync(Func<IServiceProvider, Task<int>> command)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.AddDomainStore();
        using var host = builder.Build();
        return await command(host.Services);
    }

    private static async Task<int> RefusedAsync(string why)
    {
        await Console.Error.WriteLineAsync(why + "\n\n" + Usage);
        return 2;
    }
}
