using Microsoft.Extensions.Logging;
using Orion.Sink.Audit;
using Orion.Telemetry.Tracing;

namespace Orion.Telemetry.Audit;

/// <summary>
/// The audit log as the services use it, for acts that have no transaction to be committed with: refusals, and what is done elsewhere. An
/// entry that cannot be stored is told in the service's own log, since what it tells of has happened.
/// </summary>
/// <remarks>
/// An entry goes into the outbox, in a service that has one, and from there into the audit log; where the outbox cannot take it, straight
/// into the log.
/// </remarks>
public sealed partial class AuditTrail(
    AuditEntries entries, TelemetryWriter telemetry, TimeProvider time, ILogger<AuditTrail> logger, IAuditOutbox? outbox = null)
{
    /// <summary>
    /// Refusals kept in a minute. They need no right to be caused, so nobody may fill the disk with them; canonical lines have them all.
    /// </summary>
    public const int RefusalsPerMinute = 100;

    private readonly Lock _lock = new();
    private DateTimeOffset _minute;
    private int _refusals;

    /// <summary>Stores what was done; the task completes when it is durable, or its failure is logged.</summary>
    /// <exception cref="AuditMetadataException">Its metadata has a key that is not allowed; the message names it.</exception>
    public async Task DoneAsync(AuditEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (outbox is not null && await outbox.TryAddAsync(entries.Text(entry)))
        {
            return;
        }

        try
        {
            await telemetry.AuditAsync(entries.Complete(entry));
        }
        catch (AuditUnavailableException exception)
        {
            NotStored(entry.Action, entry.Session ?? entry.User ?? "unknown", exception);
        }
    }

    /// <summary>Stores what was refused, unless this minute has <see cref="RefusalsPerMinute"/> refusals already.</summary>
    /// <exception cref="AuditMetadataException">Its metadata has a key that is not allowed; the message names it.</exception>
    public Task RefusedAsync(AuditEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        entry.Status = "error";
        return MayRefuse() ? DoneAsync(entry) : Task.CompletedTask;
    }

    private bool MayRefuse()
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            if (now - _minute >= TimeSpan.FromMinutes(1) || now < _minute)
            {
                (_minute, _refusals) = (now, 0);
            }

            if (_refusals == RefusalsPerMinute)
            {
                LeftOut(RefusalsPerMinute);
            }

            return ++_refusals <= RefusalsPerMinute;
        }
    }

    [LoggerMessage(1, LogLevel.Error, "The audit entry of {Action} by {Who} could not be stored", EventName = "audit.not_stored")]
    private partial void NotStored(string action, string who, Exception exception);

    [LoggerMessage(
        2, LogLevel.Warning,
        "More than {Limit} refusals within a minute: the further ones are on canonical lines, not in the audit log",
        EventName = "audit.refusals_left_out")]
    private partial void LeftOut(int limit);
}
