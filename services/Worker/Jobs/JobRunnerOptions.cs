namespace OrionPlatform.Worker;

/// <summary>Settings of the job runner, section <c>Orion:Jobs</c>.</summary>
internal sealed class JobRunnerOptions
{
    public const string Section = "Orion:Jobs";

    /// <summary>Most jobs in progress at a time.</summary>
    public int Concurrency { get; set; } = 16;

    /// <summary>How long jobs may finish when the worker stops, before they are given back.</summary>
    public TimeSpan ShutdownGrace { get; set; } = TimeSpan.FromSeconds(3);

    public static string? Problem(JobRunnerOptions options) =>
        options.Concurrency is < 1 or > 256 ? $"{Section}:Concurrency is {options.Concurrency}; it must lie between 1 and 256."
        : options.ShutdownGrace < TimeSpan.Zero || options.ShutdownGrace > TimeSpan.FromMinutes(1) ? $"{Section}:ShutdownGrace must lie between 00:00:00 and 00:01:00."
        : null;
}
