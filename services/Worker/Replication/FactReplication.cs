using System.Diagnostics.Metrics;
using Orion.Sink;
using Orion.Sink.Events;
using Orion.Sink.Facts;
using Orion.Sink.Reading;
using Orion.Store.Journal;
using Orion.Telemetry.Identity;
using Orion.Telemetry.Metrics;

namespace OrionPlatform.Worker;

/// <summary>
/// Copies the journal's facts beside the telemetry, where reports join the two, and tells of each as a business event. The copy's own
/// last position is the checkpoint: it is committed with the facts, so a repeated or interrupted round neither doubles nor skips one. Of
/// the workers that share a telemetry folder one copies.
/// </summary>
internal sealed class FactReplication : BackgroundService
{
    private const int BatchSize = 500;
    private static readonly TimeSpan s_lookAgain = TimeSpan.FromSeconds(5);
    private static readonly Counter<long> s_replicated =
        Measures.Meter.CreateCounter<long>("orion.facts.replicated", "{fact}", "Journal facts copied for reporting");

    private readonly DomainStore _store;
    private readonly TelemetryWriter _telemetry;
    private readonly TelemetryReader _copy;
    private readonly TelemetrySink _sink;
    private readonly TimeProvider _time;
    private readonly ILogger<FactReplication> _log;
    private readonly string _service;
    private long _waitingSince;

    public FactReplication(DomainStore store, TelemetryWriter telemetry, TelemetryReader copy, TelemetrySink sink,
        ServiceIdentity identity, TimeProvider time, ILogger<FactReplication> log)
    {
        (_store, _telemetry, _copy, _sink, _time, _log, _service) = (store, telemetry, copy, sink, time, log, identity.Name);
        Measures.Meter.CreateObservableGauge("orion.replication.lag", () =>
            Lag.TotalSeconds, "s", "Age of the oldest journal fact that is not in the reporting copy");
    }

    /// <summary>Age of the oldest fact known not to be copied; zero when there is none.</summary>
    internal TimeSpan Lag => Interlocked.Read(ref _waitingSince) is var since and not 0
        ? _time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(since)
        : TimeSpan.Zero;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                try
                {
                    var version = await _store.VersionAsync(stoppingToken);
                    if (_sink.TryLead("facts"))
                    {
                        await RoundGuardedAsync(stoppingToken);
                    }

                    await _store.WaitForChangeAsync(version, s_lookAgain, stoppingToken);
                }
                catch (Exception e) when (e is StoreFailedException or StoreBusyException)
                {
                    // A store that is away for long is no reason for the worker to end.
                    _log.LogError(e, "The store cannot be asked for facts; the next attempt follows in {LookAgain}.", s_lookAgain);
                    await Task.Delay(s_lookAgain, _time, stoppingToken);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The worker stops.
        }
    }

    /// <summary>Copies what is not there yet; returns how many facts that were.</summary>
    internal async Task<int> RoundAsync(CancellationToken cancellationToken)
    {
        var position = await _copy.LastFactAsync(cancellationToken);
        if (position > 0 && (await _store.ReadAsync(tx => tx.FactsSinceAsync(position - 1, 1), cancellationToken)).Count == 0)
        {
            throw new InvalidOperationException(
                $"The reporting copy has facts up to {position}, the journal has not: "
                + "it is another or an older store. Nothing is copied.");
        }

        var copied = 0;
        while (await _store.ReadAsync(tx => tx.FactsSinceAsync(position, BatchSize), cancellationToken) is { Count: > 0 } facts)
        {
            Interlocked.Exchange(ref _waitingSince, facts[0].OccurredAt.ToUnixTimeMilliseconds());
            // Not cancelled half-way: once the copy is there, its events are still to be told.
            if (!await _telemetry.CopyFactsAsync([.. facts.Select(Row)], CancellationToken.None))
            {
                throw new IOException("The reporting copy cannot be written.");
            }

            (position, copied) = (facts[^1].Position, copied + facts.Count);
            s_replicated.Add(facts.Count);
            foreach (var fact in facts)
            {
                _telemetry.LogEvent(Event(fact));
            }
        }

        Interlocked.Exchange(ref _waitingSince, 0);
        return copied;
    }

    private async Task RoundGuardedAsync(CancellationToken stoppingToken)
    {
        try
        {
            await RoundAsync(stoppingToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _log.LogError(e, "Facts could not be copied for reporting; the next attempt follows within {LookAgain}.", s_lookAgain);
        }
    }

    private static FactRow Row(JournalEntry entry) => new(
        entry.Position, entry.OccurredAt, entry.Fact.Type, entry.Fact.Subject, entry.Fact.TenantId, entry.Fact.Data, entry.TraceId,
        entry.CorrelationId);

    private BusinessEvent Event(JournalEntry entry)
    {
        var (slash, dot) = (entry.Fact.Subject.IndexOf('/', StringComparison.Ordinal), entry.Fact.Type.LastIndexOf('.'));
        return new BusinessEvent
        {
            Type = entry.Fact.Type,
            Service = _service,
            Time = entry.OccurredAt,
            EntityType = entry.Fact.Subject[..slash],
            EntityId = entry.Fact.Subject[(slash + 1)..],
            Tenant = entry.Fact.TenantId,
            Action = entry.Fact.Type[(dot + 1)..],
            Details = entry.Fact.Data,
            Success = !entry.Fact.Type.EndsWith(".failed", StringComparison.Ordinal),
            CorrelationId = entry.CorrelationId,
            TraceId = entry.TraceId,
        };
    }
}

/// <summary>Puts the reporting copy into the worker.</summary>
internal static class ReplicationExtensions
{
    internal static void AddReplication(this WebApplicationBuilder builder) => builder.Services.AddHostedService<FactReplication>();
}
