using Orion.Store;
using Orion.Store.Jobs;

namespace Orion.Benchmarks;

/// <summary>
/// Claims jobs and ends them, as the worker's job runner does: as many at a time as there is room for, woken by commits. The work itself is
/// nothing but the write that ends it.
/// </summary>
internal sealed class JobWorker : IAsyncDisposable
{
    private const int Concurrency = 16;

    private static readonly string[] s_kinds = [SampleJobs.Kind];
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(30);

    private readonly DomainStore _store;
    private readonly JobQueue _queue;
    private readonly Action<JobLease> _claimed;
    private readonly Action<JobLease> _done;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _working;

    /// <param name="store">Where the jobs are.</param>
    /// <param name="claimed">Called with each job that it has got.</param>
    /// <param name="done">Called with each job whose end is durable.</param>
    public JobWorker(DomainStore store, Action<JobLease> claimed, Action<JobLease> done)
    {
        (_store, _queue, _claimed, _done) = (store, new JobQueue(store), claimed, done);
        _working = Task.Run(WorkAsync);
    }

    /// <summary>Stops; fails as its work failed.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _working;
        _stopping.Dispose();
    }

    private async Task WorkAsync()
    {
        using var room = new SemaphoreSlim(Concurrency);
        try
        {
            while (true)
            {
                await room.WaitAsync(_stopping.Token);
                room.Release();
                var jobs = await _queue.ClaimAsync("benchmark", s_kinds, room.CurrentCount, _stopping.Token);
                foreach (var job in jobs)
                {
                    _claimed(job);
                    await room.WaitAsync(CancellationToken.None);
                    _ = Task.Run(() => RunAsync(job, room), CancellationToken.None);
                }

                if (jobs.Count == 0)
                {
                    await _queue.WaitAsync(s_kinds, s_longestWait, _stopping.Token);
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            for (var i = 0; i < Concurrency; i++)
            {
                await room.WaitAsync(CancellationToken.None);
            }
        }
    }

    private async Task RunAsync(JobLease job, SemaphoreSlim room)
    {
        try
        {
            await _store.WriteAsync(tx => tx.CompleteAsync(job));
            _done(job);
        }
        catch (Exception e)
        {
            // A benchmark that loses a job has no figures.
            Environment.FailFast($"Job {job.Id} could not be ended.", e);
        }
        finally
        {
            room.Release();
        }
    }
}
