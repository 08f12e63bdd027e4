using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;

namespace Orion.Telemetry.Tests;

/// <summary>All capabilities of Orion.Telemetry in one host, as a product's service defaults put them together.</summary>
internal static class PlatformDefaults
{
    public static void AddServiceDefaults(this IHostApplicationBuilder builder)
    {
        builder.SetupOTel();
        builder.AddSlos(ExampleSlos.All);
        builder.AddHeartbeats();
        builder.AddHealth();
        builder.AddProblemAnswers();
        builder.AddOutgoingCalls();
    }

    public static void UseServiceDefaults(this WebApplication app) => app.UseTracedEndpoints();

    public static void MapDefaultEndpoints(this WebApplication app) => app.MapHealth();
}
