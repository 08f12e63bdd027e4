namespace OrionPlatform.Worker;

/// <summary>Puts the job runner into the worker.</summary>
internal static class JobRunnerExtensions
{
    internal static void AddJobRunner(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<JobRunnerOptions>().BindConfiguration(JobRunnerOptions.Section)
            .Validate(o => JobRunnerOptions.Problem(o) is null, $"{JobRunnerOptions.Section}: Concurrency must lie between 1 and 256, ShutdownGrace between 00:00:00 and 00:01:00.")
            .ValidateOnStart();
        builder.Services.AddSingleton<JobExecution>();
        builder.Services.AddHostedService<JobRunner>();
    }
}
