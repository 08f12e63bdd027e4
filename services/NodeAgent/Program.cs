using System.Globalization;

namespace OrionPlatform.NodeAgent;

/// <summary>The node agent: what it is made of.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        if (args is [OrphanGuard.Verb, var folder, var grace])
        {
            var within = TimeSpan.Parse(grace, CultureInfo.InvariantCulture);
            return await OrphanGuard.GuardAsync(WorkloadsExtensions.Processes(), folder, within);
        }

        await using var app = Build(args);
        await app.RunAsync();
        return 0;
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
