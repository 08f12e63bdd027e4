using Microsoft.Extensions.Logging;

namespace Orion.Telemetry.Lag;

/// <summary>
/// Judges a stall, notes it in the report, says it in the log, and on the canonical line of the one it is blamed on. Never throws.
/// </summary>
internal sealed class StallReporter(LagReport report, TimeProvider time, ILogger<StallReporter> logger)
{
    private const int LogsPerMinute = 6;

    private long _minute;
    private int _logged;
    private int _suppressed;

    /// <summary>Called on the probe's thread when a wait has become suspiciously long; the stall is not over.</summary>
    public Action? Suspected { get; set; }

    /// <summary>The lag as it is now.</summary>
    public void Measured(LagFigures figures) => report.Figures = figures;

    public void Suspect() => Suspected?.Invoke();

    public void Report(StallWindow window)
    {
        try
        {
            var stall = StallJudge.Judge(window, time.GetUtcNow());
            report.Add(stall);
            Mark(window, stall);
            Log(stall);
        }
        catch (Exception exception)
        {
            logger.LogWarning(exception, "A stall could not be judged");
        }
    }

    /// <summary>A blamed request that is still running carries it on its line; the sampler keeps it.</summary>
    private static void Mark(StallWindow window, Stall stall)
    {
        if (stall.Suspect is not { } suspect)
        {
            return;
        }

        foreach (var scope in window.Occupied.Select(o => o.Scope).Distinct().Where(s => StallJudge.Name(s) == suspect.Name))
        {
            scope.Add("lag.stall_ms", (long)stall.Length.TotalMilliseconds);
            scope.Add("lag.stall_share", Math.Round(suspect.Share, 3));
            scope.Keep = true;
        }
    }

    private void Log(Stall stall)
    {
        var minute = time.GetUtcNow().ToUnixTimeSeconds() / 60;
        if (minute != _minute)
        {
            if (_suppressed > 0)
            {
                logger.LogWarning("{SuppressedStalls} further stalls were not logged in that minute", _suppressed);
            }

            (_minute, _logged, _suppressed) = (minute, 0, 0);
        }

        if (_logged++ >= LogsPerMinute)
        {
            _suppressed++;
            return;
        }

        logger.Log(
            stall.Cause == StallCause.Pool ? LogLevel.Warning : LogLevel.Information,
            "{Stall} (named {NamedShare:P0}, gc {GcShare:P0}, host {HostShare:P0}, "
            + "unattributed {UnattributedShare:P0}, idle {IdleShare:P0})",
            stall.Sentence, stall.Credits.Sum(c => c.Share), stall.Gc, stall.Host, stall.Unattributed, stall.Idle);
    }
}
