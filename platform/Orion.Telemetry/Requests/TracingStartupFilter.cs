using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Hosting;

namespace Orion.Telemetry.Requests;

/// <summary>
/// Puts Tracing, and after it the answers to exceptions, before everything, also before what WebApplication adds by itself (routing,
/// authentication, the developer exception page).
/// </summary>
internal sealed class TracingStartupFilter(IHostEnvironment environment) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.UseMiddleware<TracingMiddleware>();
        if (!environment.IsDevelopment())
        {
            app.UseExceptionHandler();
        }

        next(app);
    };
}
