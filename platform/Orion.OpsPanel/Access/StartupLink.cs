using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orion.Store.OpsAccess;

namespace Orion.OpsPanel.Access;

/// <summary>Makes the configured token redeemable, once, for the first admin. Used up, it stays used up over restarts.</summary>
internal sealed class StartupLink(OpsSessions sessions, IOptions<OpsPanelOptions> options) : IHostedService
{
    private static readonly TimeSpan s_validFor = TimeSpan.FromHours(24);

    public Task StartAsync(CancellationToken cancellationToken) => options.Value.LoginToken is { Length: > 0 } token
        ? sessions.EnsureLoginTokenAsync(token, "first admin", OpsRoles.Admin, s_validFor, cancellationToken)
        : Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
