using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace OrionPlatform.ServiceDefaults;

/// <summary>Stops the service gracefully when the process that started it (<c>ORION_PARENT_PID</c>: AppHost) is gone, however it went.</summary>
internal sealed class ParentWatch(IConfiguration configuration, IHostApplicationLifetime lifetime, ILogger<ParentWatch> logger) : BackgroundService
{
    public const string Key = "ORION_PARENT_PID";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (configuration[Key] is not { Length: > 0 } text)
        {
            return;
        }

        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
        {
            throw new InvalidOperationException($"{Key} must be a process id.");
        }

        try
        {
            using var parent = Process.GetProcessById(pid);
            await parent.WaitForExitAsync(stoppingToken);
        }
        catch (ArgumentException)
        {
            // It was gone before we looked.
        }

        logger.LogWarning("The process {ParentPid} that started this service is gone; stopping", pid);
        lifetime.StopApplication();
    }
}
