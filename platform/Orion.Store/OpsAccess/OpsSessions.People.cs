using Orion.Store.Idempotency;
using Orion.Store.Jobs;
using Orion.Store.Journal;
using Orion.Store.Sql;

namespace Orion.Store.OpsAccess;

// Sessions as an admin sees and ends them: by id, without their secrets.
public sealed partial class OpsSessions
{
    private const int MaxListed = 1000;
    private const string Alive = "created_at > @oldest_start AND last_seen_at > @oldest_sight";
    private const string Columns = "id, name, role, created_at, last_seen_at, tab, tab_parameters";

    /// <summary>
    /// The live session of that id, or null. Unlike <see cref="AuthenticateAsync"/>, asking does not keep it from idling out.
    /// </summary>
    public async Task<OpsSession?> FindAsync(string sessionId, CancellationToken cancellationToken = default)
    {
        var found = await _store.ReadAsync(
            tx => tx.QuerySingleOrDefaultAsync<SessionRow>(
                $"SELECT {Columns} FROM ops_sessions WHERE id = @id AND {Alive}",
                new { Id = sessionId, OldestStart = tx.Now - AbsoluteTimeout, OldestSight = tx.Now - IdleTimeout }),
            cancellationToken);
        return found is null ? null : Session(found);
    }

    /// <summary>All live sessions, the newest first; at most 1,000.</summary>
    public async Task<IReadOnlyList<OpsSession>> ListAsync(CancellationToken cancellationToken = default)
    {
        var found = await _store.ReadAsync(
            tx => tx.QueryAsync<SessionRow>(
                $"SELECT {Columns} FROM ops_sessions WHERE {Alive} ORDER BY created_at DESC, id DESC LIMIT @limit",
                new { OldestStart = tx.Now - AbsoluteTimeout, OldestSight = tx.Now - IdleTimeout, Limit = MaxListed }),
            cancellationToken);
        return [.. found.Select(Session)];
    }

    /// <summary>
    /// Ends the session of that id, as an admin does with someone else's; no check that starts after this completes accepts it. False when
    /// there is none.
    /// </summary>
    /// <param name="sessionId">Its id.</param>
    /// <param name="also">What else is to be in the transaction that ends it.</param>
    /// <param name="cancellationToken">Cancels before it is ended.</param>
    public Task<bool> EndByIdAsync(
        string sessionId, Func<WriteTransaction, Task>? also = null, CancellationToken cancellationToken = default) =>
        _store.WriteAsync(
            async tx =>
            {
                var ended = await tx.ExecuteAsync("DELETE FROM ops_sessions WHERE id = @id", new { Id = sessionId }) == 1;
                await (ended && also is not null ? also(tx) : Task.CompletedTask);
                return ended;
            },
            cancellationToken);

    private static OpsSession Session(SessionRow row) =>
        new(row.Id, row.Name, row.Role, row.CreatedAt, row.CreatedAt + AbsoluteTimeout, row.Tab, row.TabParameters);
}
