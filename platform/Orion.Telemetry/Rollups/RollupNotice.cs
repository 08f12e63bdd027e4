using Microsoft.Extensions.Logging;
using Orion.Sink.Rollups;

namespace Orion.Telemetry.Rollups;

/// <summary>Tells the log what the nightly check of the rollups found.</summary>
internal static class RollupNotice
{
    public static void Tell(ILogger logger, RollupDayCheck check)
    {
        if (check.Differences == 0)
        {
            logger.LogInformation("Rollups of {Day} agree with their raw rows in {Minutes} minutes.", check.Day, check.Minutes);
            return;
        }

        logger.LogWarning(
            "Rollups of {Day} are not what their raw rows add up to: "
            + "{Differences} differences in {Minutes} minutes, {Outcome}. First: {Examples}",
            check.Day,
            check.Differences,
            check.Minutes,
            check.Repaired ? "repaired" : "left as they are (Orion:Sink:RepairRollups)",
            string.Join("; ", check.Examples.Select(d =>
                $"{d.Minute:HH:mm} {d.About} {d.Service}{d.Surface} {d.Name}: {d.RolledUp} rolled up, {d.Raw} raw")));
    }
}
