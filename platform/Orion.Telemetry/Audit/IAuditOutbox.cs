namespace Orion.Telemetry.Audit;

/// <summary>Where audit entries are kept safe until they are in the audit log.</summary>
public interface IAuditOutbox
{
    /// <summary>Keeps an entry of <see cref="AuditEntries.Text"/>; false when that cannot be done now.</summary>
    Task<bool> TryAddAsync(string entry);
}
