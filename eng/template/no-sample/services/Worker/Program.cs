namespace OrionPlatform.Worker;

/// <summary>The worker: what it is made of.</summary>
internal static class Program
{
    public static async Task Main(string[] args)
    {
        await using var app = Build(args);
        await app.RunAsync();
    }

    internal static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.AddServiceDefaults();
        builder.AddDomain();
        builder.AddReplication();
        builder.AddJobRunner();
        builder.Services.AddSingleton<IJobHandler, SlugLabel>();
        builder.AddAlerts();
        builder.AddAlertRules();

        var app = builder.Build();
        app.UseServiceDefaults();
        app.MapDefaultEndpoints();
        return app;
    }
}
