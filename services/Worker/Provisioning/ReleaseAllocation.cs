namespace OrionPlatform.Worker;

/// <summary>Gives an allocation back: its node stops the workload, or nothing runs and it is released at once.</summary>
internal sealed class ReleaseAllocation(DomainStore store) : IJobHandler
{
    public string Kind => Allocations.ReleaseJob;

    public async Task<JobOutcome> HandleAsync(JobLease job, CancellationToken cancellationToken)
    {
        var id = AllocationJob.Of(job.Request).AllocationId;
        using var span = Spans.Start("worker.allocations.release");
        var allocation = await store.WriteAsync(
            async tx =>
            {
                var now = await AllocationRelease.AdvanceAsync(tx, id);
                await tx.CompleteAsync(job);
                return now;
            },
            cancellationToken);
        Canon.Add("allocation.id", id);
        Canon.Tag("allocation.state", allocation?.State);
        return JobOutcome.Done;
    }
}
