namespace OrionPlatform.Worker;

/// <summary>How long the parts of a provisioning may take, section <c>Orion:Provisioning</c>.</summary>
internal sealed class ProvisioningOptions
{
    public const string Section = "Orion:Provisioning";

    /// <summary>How long an allocation waits for a node with room, before it fails with <c>no_capacity</c>.</summary>
    public TimeSpan CapacityDeadline { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a node has to say that the workload runs, before the allocation fails with <c>start_timed_out</c>.</summary>
    public TimeSpan StartDeadline { get; set; } = TimeSpan.FromSeconds(90);

    /// <summary>A node that was not heard for this long gets no new work. Agents beat every 5 s.</summary>
    public TimeSpan NodeAlive { get; set; } = TimeSpan.FromSeconds(15);

    public static bool Valid(ProvisioningOptions o) =>
        o.CapacityDeadline > TimeSpan.Zero && o.StartDeadline > o.CapacityDeadline && o.StartDeadline <= TimeSpan.FromHours(1)
            && o.NodeAlive >= TimeSpan.FromSeconds(5);
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
            .Validate(ProvisioningOptions.Valid, $"{ProvisioningOptions.Section}: CapacityDeadline must be positive, StartDeadline longer than it and at most 01:00:00, NodeAlive at least 00:00:05.")
            .ValidateOnStart();
        builder.Services.AddSingleton<Uptime>();
        builder.Services.AddSingleton<IJobHandler, ProvisionAllocation>();
        builder.Services.AddSingleton<IJobHandler, ReleaseAllocation>();
    }
}
