using System.Text.Json;

namespace OrionPlatform.Domain;

/// <summary>Arguments of the jobs about an allocation.</summary>
/// <param name="AllocationId">The allocation.</param>
public sealed record AllocationJob(string AllocationId)
{
    /// <summary>Reads them back.</summary>
    /// <exception cref="JsonException">The job's payload is not what <see cref="Allocations"/> writes.</exception>
    public static AllocationJob Of(JobRequest job) =>
        JsonSerializer.Deserialize<AllocationJob>(job.Payload, JsonSerializerOptions.Web) is { AllocationId: not null } read
            ? read
            : throw new JsonException($"The payload of a {job.Kind} job names no allocation.");
}
