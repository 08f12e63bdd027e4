using System.Globalization;
using Orion.Store.Jobs;

namespace Orion.Store.Leadership;

/// <summary>
/// Work that one process of all that share the store does at a time: retention, reconciliation. A process takes the role when it has
/// something to do and nobody else has it, and keeps it for as long as it goes on asking; one that dies or stands still loses it within
/// <see cref="Duration"/>. An instance is one process's candidate for one role.
/// </summary>
/// <remarks>
/// A process that stood still may wake up and believe that it leads: each of its writes asks
/// <see cref="WriteTransaction.CheckLeaderAsync"/> in its own transaction, and has no effect when the role has changed hands.
/// </remarks>
public sealed class LeaderLease
{
    /// <summary>How long the role is kept without asking: 15 s.</summary>
    public static readonly TimeSpan Duration = TimeSpan.FromSeconds(15);

    private readonly DomainStore _store;
    private readonly TimeProvider _time;
    private readonly string _owner = string.Create(
        CultureInfo.InvariantCulture, $"{Environment.MachineName}/{Environment.ProcessId}/{Guid.NewGuid():N}");
    private long _renewed;

    /// <summary>A candidate for a role: <c>retention</c>.</summary>
    public LeaderLease(DomainStore store, string role, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentException.ThrowIfNullOrWhiteSpace(role);
        ArgumentNullException.ThrowIfNull(time);
        (_store, Role, _time) = (store, role, time);
    }

    /// <summary>The role.</summary>
    public string Role { get; }

    /// <summary>The token of this process's term; 0 before it had one.</summary>
    internal long FencingToken { get; private set; }

    /// <summary>
    /// Whether this process leads. Takes the role when nobody has it, and renews it when a third of the lease has passed; otherwise it
    /// costs nothing, or a read where another process leads. Not for calls at the same time.
    /// </summary>
    /// <exception cref="StoreBusyException">The database does not take writes.</exception>
    /// <exception cref="StoreFailedException">The database does not take writes.</exception>
    public async Task<bool> TryLeadAsync(CancellationToken cancellationToken = default)
    {
        if (FencingToken != 0 && _time.GetElapsedTime(_renewed) < Duration / 3)
        {
            return true;
        }

        var held = await _store.ReadAsync(
            tx => tx.QuerySingleOrDefaultAsync<long?>(
                "SELECT fencing_token FROM leader_leases WHERE role = @role AND lease_until > @now", new { Role, tx.Now }),
            cancellationToken);
        if (held is { } other && other != FencingToken)
        {
            FencingToken = 0;
            return false;
        }

        // Before it asks: the lease is never believed to last longer than it does.
        var asked = _time.GetTimestamp();
        var token = await _store.WriteAsync(
            tx => tx.QuerySingleOrDefaultAsync<long>(
                """
                INSERT INTO leader_leases (role, owner, fencing_token, lease_until) VALUES (@role, @owner, 1, @until)
                ON CONFLICT (role) DO UPDATE
                SET owner = excluded.owner, lease_until = excluded.lease_until,
                    fencing_token = leader_leases.fencing_token + CASE WHEN leader_leases.fencing_token = @mine THEN 0 ELSE 1 END
                WHERE leader_leases.fencing_token = @mine OR leader_leases.lease_until <= @now
                RETURNING fencing_token
                """,
                new { Role, Owner = _owner, Until = tx.Now + Duration, tx.Now, Mine = FencingToken }),
            cancellationToken);
        (FencingToken, _renewed) = (token, asked);
        return token != 0;
    }

    internal LeaseLostException Lost() => new($"Another process has the role '{Role}' by now; nothing was done.");
}
