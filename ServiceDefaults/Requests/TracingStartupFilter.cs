using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace OrionPlatform.ServiceDefaults;

/// <summary>Puts Tracing before everything, also before what WebApplication adds by itself (routing, authentication, error pages).</summary>
internal sealed class TracingStartupFilter : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.UseMiddleware<TracingMiddleware>();
        next(app);
    };
}
