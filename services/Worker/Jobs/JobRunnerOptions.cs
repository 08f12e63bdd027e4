using System.ComponentModel.DataAnnotations;

namespace OrionPlatform.Worker;

/// <summary>Settings of the job runner, section <c>Orion:Jobs</c>.</summary>
internal sealed class JobRunnerOptions
{
    public const string Section = "Orion:Jobs";

    /// <summary>Most jobs in progress at a time.</summary>
    [Range(1, 256, ErrorMessage = "Orion:Jobs:Concurrency must lie between 1 and 256.")]
    public int Concurrency { get; set; } = 16;

    /// <summary>How long jobs may finish when the worker stops, before they are given back.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00", ErrorMessage = "Orion:Jobs:ShutdownGrace must lie between 00:00:00 and 00:01:00.")]
    public TimeSpan ShutdownGrace { get; set; } = TimeSpan.FromSeconds(3);
}
