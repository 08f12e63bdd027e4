using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Text.Json;
using Orion.Sink.Audit;
using Orion.Store.Idempotency;
using Orion.Store.Jobs;
using Orion.Store.OpsAccess;
using Orion.Telemetry.Audit;

namespace OrionPlatform.Api;

/// <summary>
/// What an operator does beside the running service, on the same database: <c>ops-login</c>, <c>tenant create</c> and
/// <c>jobs redrive</c>; and what concerns the database as a whole, see <see cref="StoreCommands"/>.
/// </summary>
internal static class OpsCommands
{
    private const int NotDone = 1;
    private const int Refused = 2;
    private static readonly TimeSpan s_loginValidFor = TimeSpan.FromMinutes(15);

    /// <summary>Whether the arguments are a command, or ask what there is, rather than the service's own configuration.</summary>
    internal static bool Named(string[] args) =>
        args is [var first, ..] && (first is "--help" or "-h" or "-?" or "--version" || (!first.StartsWith('-') && !first.Contains('=')));

    /// <summary>Runs it; 0 when it worked, 1 when it could not be done, 2 when it is not understood.</summary>
    internal static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand(
            "The api. Without a command it serves, and its arguments are configuration. The commands work on the same database beside it.")
        {
            OpsLogin(),
            new Command("tenant", "Tenants") { CreateTenant() },
            new Command("jobs", "Jobs") { Redrive() },
            StoreCommands.Store(),
        };

        // No response files: a name may begin with @.
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction)
        {
            // A word that nothing was waiting for says more than the command that is missing because of it.
            var why = parsed.UnmatchedTokens is [var word, ..] ? $"There is no command or option '{word}'." : parsed.Errors[0].Message;
            await Console.Error.WriteLineAsync($"{why} --help shows the commands and their options.");
            return Refused;
        }

        return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
    }

    private static Command OpsLogin()
    {
        var role = new Option<string>("--role") { HelpName = "viewer|operator|admin", Description = "What they may do", Required = true };
        role.Validators.Add(result => Refuse(
            result, result.GetValueOrDefault<string>() is "viewer" or "operator" or "admin",
            "--role has to be viewer, operator or admin."));
        var name = new Option<string>("--name")
        {
            HelpName = "NAME",
            Description = "Who logs in, as the audit log will say it",
            DefaultValueFactory = _ => Environment.UserName,
        };
        name.Validators.Add(result => Refuse(
            result, !string.IsNullOrWhiteSpace(result.GetValueOrDefault<string>()), "--name has to say who logs in."));
        var command = new Command("ops-login", "Prints a login path of the ops panel, valid once and for 15 minutes") { role, name };
        command.SetAction(parsed => WithStoreAsync(async services =>
        {
            var (forWhom, asWhat) = (parsed.GetRequiredValue(name), parsed.GetRequiredValue(role));
            var token = await services.GetRequiredService<OpsSessions>().CreateLoginTokenAsync(
                forWhom, asWhat, s_loginValidFor,
                tx => AddAuditAsync(
                    services, tx, "ops.link_created", tenant: null, new { name = forWhom, role = asWhat },
                    ("status_to", "redeemable"), ("new_value", asWhat)));
            await Console.Out.WriteLineAsync($"/admin/ops/login?t={token}");
            return 0;
        }));
        return command;
    }

    private const string TenantNameShape = "1 to 63 lower-case letters, digits or '-', beginning with a letter";

    private static Command CreateTenant()
    {
        var name = new Argument<string>("NAME") { Description = $"Its name: {TenantNameShape}" };
        name.Validators.Add(result => Refuse(
            result, Shapes.IsTenantName(result.Tokens[0].Value), $"A tenant's name is {TenantNameShape}."));
        var command = new Command("create", "Makes a tenant and prints its first project and key, this once") { name };
        command.SetAction(parsed => WithStoreAsync(async services =>
        {
            var tenant = parsed.GetRequiredValue(name);
            var made = await services.GetRequiredService<Members>().EnsureTenantAsync(
                tenant,
                (tx, created) => AddAuditAsync(
                    services, tx, "tenant.created", tenant, new { tenant_id = created.TenantId, project_id = created.ProjectId },
                    ("status_to", "created")));
            if (made.ApiKey is null)
            {
                await Console.Error.WriteLineAsync($"Tenant {tenant} exists already ({made.TenantId}); nothing was made.");
                return NotDone;
            }

            await Console.Out.WriteLineAsync(
                $"tenant:  {made.TenantId}\nproject: {made.ProjectId}\n"
                    + $"key:     {made.ApiKey}   (shown this once; it is stored as a hash)");
            return 0;
        }));
        return command;
    }

    private static Command Redrive()
    {
        var command = new Command("redrive", "Makes every dead job claimable again");
        command.SetAction(_ => WithStoreAsync(async services =>
        {
            var redriven = await services.GetRequiredService<JobQueue>().RedriveAllAsync(
                (tx, jobs) => AddAuditAsync(
                    services, tx, "jobs.redriven", tenant: null, new { jobs }, ("status_from", "dead"), ("status_to", "ready")));
            await Console.Out.WriteLineAsync(
                redriven == 1 ? "1 dead job is claimable again." : $"{redriven} dead jobs are claimable again.");
            return 0;
        }));
        return command;
    }

    private static void Refuse(SymbolResult result, bool isRight, string sentence)
    {
        if (!isRight)
        {
            result.AddError(sentence);
        }
    }

    /// <summary>
    /// The entry is committed with what was done; a running api copies it into the audit log, or the next one that starts.
    /// </summary>
    private static Task AddAuditAsync(
        IServiceProvider services, WriteTransaction tx, string action, string? tenant, object parameters,
        params (string Key, string? Value)[] metadata) =>
        tx.AppendAuditEntryAsync(services.GetRequiredService<AuditEntries>().Text(new AuditEntry
        {
            Component = "command",
            Action = action,
            User = Environment.UserName,
            Tenant = tenant,
            Parameters = JsonSerializer.Serialize(parameters),
            Metadata = AuditMetadata.Of(metadata),
        }));

    private static async Task<int> WithStoreAsync(Func<IServiceProvider, Task<int>> command)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.AddDomain();
        builder.Services.AddAuditEntries();
        using var host = builder.Build();
        return await command(host.Services);
    }
}
