using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Orion.Sink.Rows;
using Orion.Telemetry.ServerSentEvents;

namespace OrionPlatform.Api;

/// <summary>
/// <c>GET .../{id}/live</c>: an allocation as it is, and each time it changes, as server-sent events. An event's id is its fact's position
/// in the journal, so a client that comes back with it gets every state since, once and in order, from whichever process. Each change that
/// is sent is a repaint: a span of its own that links to what made the change.
/// </summary>
internal sealed class LiveAllocation(
    DomainStore store, Members members, JournalNotifier journal, IOptions<LiveOptions> options, IHostApplicationLifetime lifetime,
    TimeProvider time)
{
    public const string Route = AllocationEndpoints.Route + "/{id}/live";
    private const string PaintSpan = "paint GET " + Route;

    private readonly StreamConcurrencyLimiter _limiter =
        new(options.Value.MaxStreams, options.Value.MaxStreamsPerTenant, "orion.live.streams");

    /// <summary>Streams that are open.</summary>
    public int Open => _limiter.Open;

    public async Task<IResult> HandleAsync(HttpContext http, string projectId, string id)
    {
        Canon.Add("allocation.id", id);
        var after = LastEventId(http.Request);
        using var lease = _limiter.TryTake(http.Caller().TenantId) ?? throw Full();
        using var watcher = journal.Watch("allocation/" + id);
        using var life = new CancellationTokenSource(options.Value.Life, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping, life.Token);
        var stream = new Stream(http, projectId, id, watcher, Activity.Current?.Id, stop.Token);
        var changed = stream.Changed;
        var steps = await ReadAsync(stream) ?? throw new ProblemException(ErrorCodes.AllocationNotFound);
        var now = steps[^1];
        var comesBack = after == 0 || steps.Any(s => s.Entry.Position == after);
        if (comesBack && after == now.Entry.Position && now.Allocation.IsFinal)
        {
            // To a browser this says that there is nothing to come back for; after a 200 it would try again for ever.
            return Results.NoContent();
        }

        string end;
        try
        {
            await EventStream.BeginAsync(http, stop.Token);
            if (!comesBack)
            {
                // What it is now is an answer to this request, not a repaint.
                await EventStream.SendAsync(http, Event(now), stop.Token);
            }

            end = await FollowAsync(stream, comesBack ? after!.Value : now.Entry.Position, steps, changed);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            end = http.RequestAborted.IsCancellationRequested ? "client_left" : life.IsCancellationRequested ? "life_over" : "stopping";
        }
        catch (StoreBusyException)
        {
            end = "store_busy";
        }

        Canon.Tag("live.end", end);
        return Results.Empty;
    }

    private async Task<string> FollowAsync(Stream stream, long sent, IReadOnlyList<AllocationStep> steps, Task changed)
    {
        while (true)
        {
            foreach (var step in steps.Where(s => s.Entry.Position > sent))
            {
                await PaintAsync(stream, step);
                sent = step.Entry.Position;
            }

            if (steps[^1].Allocation.IsFinal)
            {
                return "final";
            }

            while (!await EventStream.WithinAsync(changed, EventStream.KeepAlive, time))
            {
                if (!await MayReadAsync(stream))
                {
                    return "access_ended";
                }

                await EventStream.KeepAliveAsync(stream.Http, stream.Stop);
            }

            if (!await MayReadAsync(stream))
            {
                return "access_ended";
            }

            changed = stream.Changed;
            if (await ReadAsync(stream) is not { } read)
            {
                return "gone";
            }

            steps = read;
        }
    }

    private async Task PaintAsync(Stream stream, AllocationStep step)
    {
        var (caller, fact) = (stream.Http.Caller(), step.Entry.Fact);
        using var paint = Processing.Start(new ProcessingInfo
        {
            Name = PaintSpan,
            EventType = fact.Type,
            EventId = step.Entry.Position.ToString(CultureInfo.InvariantCulture),
            Subject = fact.Subject,
            TraceParent = step.Entry.TraceParent,
            CorrelationId = step.Entry.CorrelationId,
            Tenant = caller.TenantSlug,
            TenantId = caller.TenantId,
            Subscription = stream.Request,
            Surface = CanonicalLine.Live,
        });
        Canon.User(caller.ApiKeyId);
        Canon.Add("live.late_ms", (time.GetUtcNow() - step.Entry.OccurredAt).TotalMilliseconds);
        try
        {
            await EventStream.SendAsync(stream.Http, Event(step), stream.Stop);
            Canon.Tag("live.sent", true);
        }
        catch (OperationCanceledException)
        {
            Canon.Tag("live.sent", false);
            throw;
        }
    }

    private Task<IReadOnlyList<AllocationStep>?> ReadAsync(Stream stream) =>
        store.ReadAsync(tx => AllocationHistory.ReadAsync(tx, stream.ProjectId, stream.AllocationId), stream.Stop);

    private Task<bool> MayReadAsync(Stream stream) => members.CanUseProjectAsync(stream.Http.Caller(), stream.ProjectId, stream.Stop);

    private static string Event(AllocationStep step)
    {
        var data = JsonSerializer.Serialize(AllocationEndpoints.ToResponse(step.Allocation), JsonSerializerOptions.Web);
        return $"id: {step.Entry.Position}\ndata: {data}\n\n";
    }

    private ProblemException Full() => new(
        ErrorCatalogue.TooManyStreams,
        $"At most {options.Value.MaxStreamsPerTenant} live streams of a tenant may be open, and {options.Value.MaxStreams} of all tenants.")
    {
        RetryAfter = TimeSpan.FromSeconds(10),
    };

    private static long? LastEventId(HttpRequest request) => request.Headers["Last-Event-ID"] switch
    {
        { Count: 0 } => null,
        { Count: 1 } one when long.TryParse(one[0], NumberStyles.None, CultureInfo.InvariantCulture, out var id) => id,
        _ => throw ProblemException.Invalid("'Last-Event-ID' must be the id of an event of this stream, or 0 for all of them."),
    };

    /// <param name="Http">The request.</param>
    /// <param name="ProjectId">Its project.</param>
    /// <param name="AllocationId">Its allocation.</param>
    /// <param name="Watcher">Wakes it.</param>
    /// <param name="Request">The request's span, which repaints name as the subscription they are for.</param>
    /// <param name="Stop">Ends it: its client has gone, its life is over, or the service stops.</param>
    private sealed record Stream(HttpContext Http, string ProjectId, string AllocationId, JournalNotifier.Watcher Watcher, string? Request,
        CancellationToken Stop)
    {
        public Task Changed => Watcher.Changed.WaitAsync(Stop);
    }
}
