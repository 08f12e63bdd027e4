using Microsoft.Extensions.Logging.Abstractions;
using Orion.Store;
using Orion.Store.Jobs;
using Orion.Store.Journal;
using OrionPlatform.Worker;

namespace OrionPlatform.Services.Tests;

/// <summary>What the runner does with a job that does not simply succeed.</summary>
public sealed class JobExecutionTests : IAsyncLifetime, IDisposable
{
    private const string Kind = "test.job";
    private readonly DomainUnderTest _domain = new();
    private JobQueue _queue = null!;

    private DomainStore Store => _domain.Store;

    private FakeTimeProvider Time => _domain.Time;

    public async Task InitializeAsync()
    {
        _queue = new JobQueue(Store);
        await Store.WriteAsync(tx => tx.EnqueueAsync(new JobRequest { Kind = Kind, Subject = "test/1" }));
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _domain.Dispose();

    [Fact]
    public async Task A_worker_that_lost_its_lease_has_no_effect_and_the_job_is_done_once()
    {
        var slow = await ClaimAsync("slow");
        await RunAsync(slow!, async job =>
        {
            // Stalled past its lease: meanwhile another worker takes the job and does it.
            Time.Advance(JobQueue.Lease + TimeSpan.FromSeconds(1));
            var other = await ClaimAsync("other");
            await RunAsync(other!, EffectAsync);
            return await EffectAsync(job);
        });

        Assert.Single(await Store.ReadAsync(tx => tx.FactsOfAsync("test/1")));
        Assert.Null(await ClaimAsync("anyone"));
    }

    [Fact]
    public async Task A_job_that_throws_is_tried_again_and_nothing_of_it_is_kept()
    {
        await RunAsync((await ClaimAsync("w"))!, async _ =>
        {
            await Store.WriteAsync(async tx =>
            {
                await tx.AppendFactAsync(new JournalFact { Type = "test.done", Subject = "test/1" });
                throw new InvalidOperationException("boom");
            });
            return JobOutcome.Done;
        });

        Assert.Empty(await Store.ReadAsync(tx => tx.FactsOfAsync("test/1")));
        Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(2, (await ClaimAsync("w"))!.Attempt);
    }

    [Fact]
    public async Task A_snoozed_job_comes_back_with_its_attempt_not_burnt()
    {
        await RunAsync((await ClaimAsync("w"))!, _ => Task.FromResult(JobOutcome.Later(TimeSpan.FromSeconds(5))));
        Assert.Null(await ClaimAsync("w"));
        Time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(1, (await ClaimAsync("w"))!.Attempt);
    }

    [Fact]
    public async Task A_worker_that_stops_gives_its_job_back_at_once()
    {
        using var givingUp = new CancellationTokenSource();
        var job = (await ClaimAsync("w"))!;
        await new JobExecution(_queue, [new Handler(async (_, token) =>
        {
            await givingUp.CancelAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, token);
            return JobOutcome.Done;
        })], Time, NullLogger<JobExecution>.Instance).RunAsync(job, givingUp.Token);

        Assert.Equal(1, (await ClaimAsync("next"))!.Attempt);
    }

    private Task<JobOutcome> EffectAsync(JobLease job) => Store.WriteAsync(async tx =>
    {
        await tx.AppendFactAsync(new JournalFact { Type = "test.done", Subject = "test/1" });
        await tx.CompleteAsync(job);
        return JobOutcome.Done;
    });

    private async Task<JobLease?> ClaimAsync(string owner) => (await _queue.ClaimAsync(owner, [Kind], 1)).SingleOrDefault();

    private Task RunAsync(JobLease job, Func<JobLease, Task<JobOutcome>> work) =>
        new JobExecution(_queue, [new Handler((j, _) => work(j))], Time, NullLogger<JobExecution>.Instance)
            .RunAsync(job, CancellationToken.None);

    private sealed class Handler(Func<JobLease, CancellationToken, Task<JobOutcome>> work) : IJobHandler
    {
        public string Kind => JobExecutionTests.Kind;

        public Task<JobOutcome> HandleAsync(JobLease job, CancellationToken cancellationToken) => work(job, cancellationToken);
    }
}
