namespace OrionPlatform.NodeAgent;

/// <summary>The node agent: what it is made of.</summary>
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
        builder.AddAgentOptions();
        builder.AddPlatformClient();
        builder.AddWorkloads();
        builder.AddAgent();

        var app = builder.Build();
        app.UseServiceDefaults();
        app.MapDefaultEndpoints();
        return app;
    }
}
