using Microsoft.Extensions.Options;
using Orion.Store.Idempotency;

namespace OrionPlatform.Worker;

/// <summary>
/// Finds a node for an allocation and tells it to start the workload. While there is no room the job waits, up to a deadline.
/// </summary>
internal sealed class ProvisionAllocation(DomainStore store, IOptions<ProvisioningOptions> options, Uptime uptime) : IJobHandler
{
    private static readonly TimeSpan s_lookAgain = TimeSpan.FromSeconds(1);

    public string Kind => Allocations.ProvisionJob;

    public async Task<JobOutcome> HandleAsync(JobLease job, CancellationToken cancellationToken)
    {
        var id = AllocationJob.Of(job.Request).AllocationId;
        using var span = Spans.Start("worker.allocations.place");
        var (outcome, result) = await store.WriteAsync(tx => PlaceAsync(tx, job, id), cancellationToken);
        Canon.Add("allocation.id", id);
        Canon.Tag("provisioning.result", result);
        return outcome;
    }

    private async Task<(JobOutcome Outcome, string Result)> PlaceAsync(WriteTransaction tx, JobLease job, string id)
    {
        await tx.CheckLeaseAsync(job);
        if (await Allocations.BeginProvisioningAsync(tx, id) is not { } allocation)
        {
            return await DoneAsync(tx, job, "not_wanted");
        }

        if (await Placement.PlaceAsync(tx, allocation, tx.Now - options.Value.NodeAlive) is not null)
        {
            return await DoneAsync(tx, job, "placed");
        }

        var waitingSince = allocation.UpdatedAt > uptime.Since ? allocation.UpdatedAt : uptime.Since;
        if (tx.Now - waitingSince < options.Value.CapacityDeadline)
        {
            return (JobOutcome.Later(s_lookAgain), "waiting");
        }

        await Allocations.FailAsync(tx, id, FailureReason.NoCapacity);
        return await DoneAsync(tx, job, FailureReason.NoCapacity);
    }

    private static async Task<(JobOutcome Outcome, string Result)> DoneAsync(WriteTransaction tx, JobLease job, string result)
    {
        await tx.CompleteAsync(job);
        return (JobOutcome.Done, result);
    }
}
