using Orion.Store.Jobs;
using Orion.Store.Leadership;

namespace Orion.Store;

public partial class WriteTransaction
{
    /// <summary>Throws unless the process still has the role; call it in every write that is done for it.</summary>
    /// <exception cref="LeaseLostException">Another process has it by now, or may have; the whole write is undone.</exception>
    public async Task CheckLeaderAsync(LeaderLease lease)
    {
        ArgumentNullException.ThrowIfNull(lease);
        var leads = await QuerySingleOrDefaultAsync<long>(
            "SELECT count(*) FROM leader_leases WHERE role = @role AND fencing_token = @fencing_token AND lease_until > @now",
            new { lease.Role, lease.FencingToken, Now });
        if (leads == 0)
        {
            throw Refuse(lease.Lost());
        }
    }
}
