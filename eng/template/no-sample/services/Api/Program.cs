namespace OrionPlatform.Api;

/// <summary>The api: what it is made of, in the order a request meets it.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        if (OpsCommands.Named(args))
        {
            return await OpsCommands.RunAsync(args);
        }

        await using var app = Build(args);
        await app.RunAsync();
        return 0;
    }

    internal static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.AddServiceDefaults();
        builder.AddDomain();
        builder.AddRequestRules();
        builder.AddRateLimits();
        builder.AddOpenApiDocuments();
        builder.AddProxies();
        builder.AddApiAuth();
        builder.AddLiveStreams();
        builder.AddOtlpIngest();
        builder.AddDevelopmentSeeding();
        builder.AddOpsPanel();

        var app = builder.Build();
        app.UseProxies();
        app.UseServiceDefaults();
        app.UseRequestRules();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseRateLimiter();

        app.MapDefaultEndpoints();
        app.MapLabels();
        app.MapOtlpIngest();
        app.MapOpenApiDocuments();
        app.MapOpsPanel();
        return app;
    }
}
