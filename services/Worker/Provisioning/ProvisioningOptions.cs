using System.ComponentModel.DataAnnotations;

namespace OrionPlatform.Worker;

/// <summary>How long the parts of a provisioning may take, section <c>Orion:Provisioning</c>.</summary>
internal sealed class ProvisioningOptions : IValidatableObject
{
    public const string Section = "Orion:Provisioning";

    /// <summary>How long an allocation waits for a node with room, before it fails with <c>no_capacity</c>.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00", MinimumIsExclusive = true,
        ErrorMessage = "Orion:Provisioning:CapacityDeadline must be above 00:00:00 and at most 01:00:00.")]
    public TimeSpan CapacityDeadline { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a node has to say that the workload runs, before the allocation fails with <c>start_timed_out</c>.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00",
        ErrorMessage = "Orion:Provisioning:StartDeadline must lie between 00:00:00 and 01:00:00.")]
    public TimeSpan StartDeadline { get; set; } = TimeSpan.FromSeconds(90);

    /// <summary>A node that was not heard for this long gets no new work. Agents beat every 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:05", "01:00:00", ErrorMessage = "Orion:Provisioning:NodeAlive must lie between 00:00:05 and 01:00:00.")]
    public TimeSpan NodeAlive { get; set; } = TimeSpan.FromSeconds(15);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => StartDeadline <= CapacityDeadline
        ? [new("Orion:Provisioning:StartDeadline must be longer than Orion:Provisioning:CapacityDeadline.", [nameof(StartDeadline)])]
        : [];
}

/// <summary>
/// When this worker began. Waiting counts from then at the earliest: allocations must not run out of time because the platform was
/// not there to serve them.
/// </summary>
internal sealed class Uptime(TimeProvider time)
{
    public DateTimeOffset Since { get; } = time.GetUtcNow();
}

/// <summary>Puts the allocation jobs into the worker.</summary>
internal static class ProvisioningExtensions
{
    internal static void AddProvisioning(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<ProvisioningOptions>().BindConfiguration(ProvisioningOptions.Section)
            .ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<Uptime>();
        builder.Services.AddSingleton<IJobHandler, ProvisionAllocation>();
        builder.Services.AddSingleton<IJobHandler, ReleaseAllocation>();
    }
}
