namespace OrionPlatform.Worker;

/// <summary>One job from claim to settlement: one processing span, its lease kept alive, its end told to the queue.</summary>
internal sealed class JobExecution
{
    private readonly JobQueue _queue;
    private readonly TimeProvider _time;
    private readonly ILogger<JobExecution> _log;
    private readonly Dictionary<string, IJobHandler> _handlers;

    public JobExecution(JobQueue queue, IEnumerable<IJobHandler> handlers, TimeProvider time, ILogger<JobExecution> log)
    {
        _queue = queue;
        _time = time;
        _log = log;
        _handlers = handlers.ToDictionary(h => h.Kind);
    }

    public IReadOnlyCollection<string> Kinds => _handlers.Keys;

    /// <summary>Does the job and settles it. Never throws: what cannot be settled is claimable again when the lease ends.</summary>
    /// <param name="job">The job, just claimed.</param>
    /// <param name="givingUp">The worker stops and will not wait any longer.</param>
    public async Task RunAsync(JobLease job, CancellationToken givingUp)
    {
        using var processing = Processing.Start(new ProcessingInfo
        {
            Name = "worker." + job.Request.Kind,
            EventType = job.Request.Kind,
            EventId = job.Id,
            Subject = job.Request.Subject,
            TraceParent = job.Cause.TraceParent,
            CorrelationId = job.Cause.CorrelationId,
            Tenant = job.Cause.Tenant,
            TenantId = job.Cause.TenantId,
            Attempt = job.Attempt,
        });
        Canon.Add("job.waited_ms", (_time.GetUtcNow() - job.EnqueuedAt).TotalMilliseconds);
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(givingUp);
        using var done = new CancellationTokenSource();
        var beats = BeatAsync(job, lost, done.Token);
        try
        {
            await SettleAsync(job, processing, lost.Token, givingUp);
        }
        catch (LeaseLostException e)
        {
            processing.Fail(ErrorCatalogue.LeaseLost.Code, e);
            _log.LogWarning("Lost the lease of job {JobId} ({Kind}); whoever holds it now will do it.", job.Id, job.Request.Kind);
        }
        catch (Exception e)
        {
            processing.Fail(ErrorCatalogue.JobFailed.Code, e);
            _log.LogError(e, "Could not settle job {JobId} ({Kind}); it is claimable again when its lease ends.", job.Id, job.Request.Kind);
        }

        await done.CancelAsync();
        await beats;
    }

    private async Task SettleAsync(JobLease job, Processing processing, CancellationToken lost, CancellationToken givingUp)
    {
        JobOutcome outcome;
        try
        {
            outcome = await _handlers[job.Request.Kind].HandleAsync(job, lost);
        }
        catch (OperationCanceledException) when (givingUp.IsCancellationRequested)
        {
            Canon.Tag("job.end", "released");
            await _queue.ReleaseAsync(job, CancellationToken.None);
            return;
        }
        catch (OperationCanceledException) when (lost.IsCancellationRequested)
        {
            throw new LeaseLostException("The lease ended while the job was in progress.");
        }
        catch (Exception e) when (e is not LeaseLostException)
        {
            processing.Fail(ErrorCatalogue.JobFailed.Code, e);
            _log.LogWarning(e, "Job {JobId} ({Kind}) failed at attempt {Attempt}.", job.Id, job.Request.Kind, job.Attempt);
            await _queue.FailAsync(job, ErrorCatalogue.JobFailed.Code, e.Message, CancellationToken.None);
            return;
        }

        Canon.Tag("job.end", outcome.Snooze is null ? "done" : "snoozed");
        if (outcome.Snooze is { } delay)
        {
            await _queue.SnoozeAsync(job, delay, CancellationToken.None);
        }
    }

    private async Task BeatAsync(JobLease job, CancellationTokenSource lost, CancellationToken done)
    {
        using var timer = new PeriodicTimer(JobQueue.Beat, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(done))
            {
                job = await _queue.BeatAsync(job, done);
            }
        }
        catch (OperationCanceledException)
        {
            // The job has ended.
        }
        catch (LeaseLostException)
        {
            await lost.CancelAsync();
        }
        catch (Exception e)
        {
            // Without beats the lease runs out and the job is another's: its effects are fenced, so stopping is enough.
            _log.LogWarning(e, "Could not renew the lease of job {JobId}.", job.Id);
            await lost.CancelAsync();
        }
    }
}
