using Microsoft.Extensions.Options;

namespace OrionPlatform.Worker;

/// <summary>Puts the job runner into the worker.</summary>
internal static class JobRunnerExtensions
{
    // To give jobs back, and for the last flush.
    private static readonly TimeSpan s_afterGrace = TimeSpan.FromSeconds(2);

    internal static void AddJobRunner(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<JobRunnerOptions>().BindConfiguration(JobRunnerOptions.Section)
            .ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<JobExecution>();
        builder.Services.AddHostedService<JobRunner>();

        // The host waits for no service longer than this: a grace beyond it would not be one.
        builder.Services.AddOptions<HostOptions>().PostConfigure<IOptions<JobRunnerOptions>>(
            (host, jobs) => host.ShutdownTimeout = Longer(host.ShutdownTimeout, jobs.Value.ShutdownGrace + s_afterGrace));
    }

    private static TimeSpan Longer(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
