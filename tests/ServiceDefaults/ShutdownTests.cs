using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace OrionPlatform.ServiceDefaults.Tests;

public sealed class ShutdownTests
{
    [Fact]
    public async Task A_service_stops_when_the_process_that_started_it_is_killed()
    {
        using var parent = IdleProcess.Start();
        await using var app = await TestApp.StartAsync(settings: ("ORION_PARENT_PID", parent.Id.ToString(CultureInfo.InvariantCulture)));
        var stopping = app.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        Assert.False(stopping.IsCancellationRequested);

        parent.Kill();

        await Eventually.TrueAsync(() => stopping.IsCancellationRequested, "the service stopping");
    }
}
