namespace Orion.Store.Jobs;

/// <summary>A job that was given up, with its cause.</summary>
/// <param name="Id">The job's id.</param>
/// <param name="Kind">Kind of job.</param>
/// <param name="Subject">The entity it is about.</param>
/// <param name="TenantId">The tenant it was for.</param>
/// <param name="Attempts">How many attempts it had.</param>
/// <param name="ErrorCode">Code of the last failure.</param>
/// <param name="Error">Its message.</param>
/// <param name="DiedAt">When it was given up.</param>
/// <param name="TraceParent">The cause's traceparent.</param>
/// <param name="CorrelationId">The cause's correlation id.</param>
public sealed record DeadLetter(
    string Id, string Kind, string Subject, string? TenantId, int Attempts, string? ErrorCode, string? Error, DateTimeOffset DiedAt,
    string? TraceParent, string? CorrelationId);
