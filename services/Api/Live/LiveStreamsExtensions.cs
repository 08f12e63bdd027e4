namespace OrionPlatform.Api;

/// <summary>Puts live streams into the api.</summary>
internal static class LiveStreamsExtensions
{
    internal static void AddLiveStreams(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<LiveOptions>().BindConfiguration(LiveOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<JournalNotifier>().AddHostedService(s => s.GetRequiredService<JournalNotifier>());
    }
}
