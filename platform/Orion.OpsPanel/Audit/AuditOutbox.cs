using System.Diagnostics.Metrics;
using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orion.Sink;
using Orion.Sink.Audit;
using Orion.Store;
using Orion.Store.Audit;
using Orion.Store.Changes;
using Orion.Telemetry.Audit;
using Orion.Telemetry.Metrics;

namespace Orion.OpsPanel.Audit;

/// <summary>
/// Copies the audit entries that lie committed in the store's outbox into the audit log, and removes them there: after each commit that has
/// some, at the start (those of a process that was killed), at the end, and every few seconds (those of commands).
/// </summary>
/// <remarks>
/// An entry is removed once the log has it on disk. A round that is cut off in between is done again, by this process or another, and
/// finds the entry there by its id; so none is lost and none appears twice. One that the log does not take, or that is no audit entry,
/// would hold up all that come after it: it is set aside in the store, where it stays, and is counted and told of.
/// </remarks>
internal sealed partial class AuditOutbox : BackgroundService, IAuditOutbox
{
    private const int BatchSize = 500;
    private static readonly TimeSpan s_lookAgain = TimeSpan.FromSeconds(5);

    // Under load entries gather meanwhile: a round costs two commits, however many it copies.
    private static readonly TimeSpan s_gather = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_lastRounds = TimeSpan.FromSeconds(2);

    private static readonly Counter<long> s_setAside = Measures.Meter.CreateCounter<long>(
        "orion.audit.set_aside", "{entry}", "Audit entries that the audit log does not take; they are kept in the store");

    private readonly DomainStore _store;
    private readonly TelemetrySink _sink;
    private readonly TimeProvider _time;
    private readonly ILogger<AuditOutbox> _logger;
    private readonly ChangeSignal _arrived = new();
    private bool _failing;

    public AuditOutbox(DomainStore store, TelemetrySink sink, TimeProvider time, ILogger<AuditOutbox> logger)
    {
        (_store, _sink, _time, _logger) = (store, sink, time, logger);
        store.AuditEntriesCommitted += (_, _) => _arrived.Raise();
    }

    /// <inheritdoc/>
    public async Task<bool> TryAddAsync(string entry)
    {
        try
        {
            await _store.WriteAsync(tx => tx.AppendAuditEntryAsync(entry), CancellationToken.None);
            return true;
        }
        catch (Exception refused) when (
            refused is StoreBusyException or StoreFailedException or StoreOutcomeUnknownException or ObjectDisposedException)
        {
            return false;
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // What cannot be copied by then is by the next start: it is safe where it is.
        using var limit = new CancellationTokenSource(s_lastRounds, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        await base.StopAsync(either.Token);
        try
        {
            either.Token.ThrowIfCancellationRequested();
            await RoundGuardedAsync().WaitAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            LeftForNextStart();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                // Taken before the round: an entry that is committed during it is copied by the next.
                var arrived = _arrived.Next;
                await RoundGuardedAsync();
                await Task.WhenAny(arrived, Task.Delay(s_lookAgain, _time, stoppingToken));
                await Task.Delay(s_gather, _time, stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The service stops.
        }
    }

    private async Task RoundGuardedAsync()
    {
        try
        {
            while (await _store.ReadAsync(tx => tx.AuditOutboxAsync(BatchSize)) is { Count: > 0 } entries)
            {
                var refused = await CopyAsync(entries);
                var setAside = await _store.WriteAsync(async tx =>
                {
                    var moved = new List<(long Position, string Reason)>();
                    foreach (var (position, reason) in refused)
                    {
                        if (await tx.SetAuditEntryAsideAsync(position, reason))
                        {
                            moved.Add((position, reason));
                        }
                    }

                    await tx.RemoveAuditEntriesAsync(entries[^1].Position);
                    return moved;
                });
                foreach (var (position, reason) in setAside)
                {
                    s_setAside.Add(1);
                    SetAside(position, reason);
                }
            }

            _failing = false;
        }
        catch (Exception exception)
        {
            if (!_failing)
            {
                _failing = true;
                NotCopied(s_lookAgain, exception);
            }
        }
    }

    /// <summary>Copies what can be copied; gives the positions of the others, and why.</summary>
    private async Task<List<(long Position, string Reason)>> CopyAsync(IReadOnlyList<AuditOutboxEntry> entries)
    {
        var refused = new List<(long, string)>();
        var good = new List<(long Position, AuditEntry Entry)>();
        foreach (var entry in entries)
        {
            try
            {
                good.Add((entry.Position, AuditEntries.Parse(entry.Entry)));
            }
            catch (Exception exception) when (exception is JsonException or NotSupportedException)
            {
                refused.Add((entry.Position, $"It is no audit entry: {exception.Message}"));
            }
        }

        try
        {
            await _sink.Audit.CopyAsync([.. good.Select(g => g.Entry)]);
            return refused;
        }
        catch (AuditUnavailableException exception) when (exception.IsOfEntry)
        {
            // One of them is at fault, and only trying tells which.
        }

        foreach (var (position, entry) in good)
        {
            try
            {
                await _sink.Audit.CopyAsync([entry]);
            }
            catch (AuditUnavailableException exception) when (exception.IsOfEntry)
            {
                refused.Add((position, exception.Message));
            }
        }

        return refused;
    }

    [LoggerMessage(
        1, LogLevel.Warning,
        "Audit entries cannot be copied into the audit log; they are safe in the store, and tried again every {LookAgain}",
        EventName = "audit.not_copied")]
    private partial void NotCopied(TimeSpan lookAgain, Exception exception);

    [LoggerMessage(
        2, LogLevel.Information,
        "Audit entries were not copied into the audit log in time; the next start does so",
        EventName = "audit.left_for_next_start")]
    private partial void LeftForNextStart();

    [LoggerMessage(
        3, LogLevel.Error,
        "The audit entry at position {Position} cannot be copied into the audit log and is set aside in the store: {Reason}",
        EventName = "audit.set_aside")]
    private partial void SetAside(long position, string reason);
}
