namespace OrionPlatform.Api;

/// <summary>Puts live streams into the api.</summary>
internal static class LiveStreamsExtensions
{
    internal static void AddLiveStreams(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<LiveOptions>().BindConfiguration(LiveOptions.Section)
            .Validate(LiveOptions.Valid, $"{LiveOptions.Section}: MaxStreams and MaxStreamsPerTenant must lie between 1 and 10000, Life between 00:00:01 and 01:00:00.")
            .ValidateOnStart();
        builder.Services.AddSingleton<JournalNotifier>().AddHostedService(s => s.GetRequiredService<JournalNotifier>());
    }
}
