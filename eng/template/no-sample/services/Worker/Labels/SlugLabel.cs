namespace OrionPlatform.Worker;

/// <summary>Makes the slug of a label that was added.</summary>
internal sealed class SlugLabel(DomainStore store) : IJobHandler
{
    public string Kind => Label.SlugJob;

    public async Task<JobOutcome> HandleAsync(JobLease job, CancellationToken cancellationToken)
    {
        using var span = Spans.Start("worker.labels.slug");
        await store.WriteAsync(tx => Label.SlugAsync(tx, job), cancellationToken);
        return JobOutcome.Done;
    }
}
