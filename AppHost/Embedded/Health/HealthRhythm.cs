namespace OrionPlatform.AppHost;

/// <summary>What an observation changed.</summary>
internal enum HealthNews
{
    None,
    Healthy,
    Unhealthy,
    NeverHealthy,
}

/// <summary>
/// When to look again. Aspire's rhythm (every 30 s while healthy; while not, 1 s times the number of failures, at most 5 s),
/// except before the first success: then every 100 ms, so that what waits is not kept waiting.
/// </summary>
internal sealed class HealthRhythm(TimeProvider time, TimeSpan sayAfter)
{
    private static readonly TimeSpan s_first = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_firstFor = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_healthy = TimeSpan.FromSeconds(30);
    private readonly long _since = time.GetTimestamp();
    private bool _everHealthy;
    private bool _saidNever;
    private int _failures;

    public TimeSpan Pause => (_failures, _everHealthy) switch
    {
        (0, _) => s_healthy,
        (_, false) when time.GetElapsedTime(_since) < s_firstFor => s_first,
        _ => TimeSpan.FromSeconds(Math.Min(_failures, 5)),
    };

    public HealthNews Observe(bool healthy)
    {
        if (healthy)
        {
            var news = !_everHealthy || _failures > 0 ? HealthNews.Healthy : HealthNews.None;
            (_everHealthy, _failures) = (true, 0);
            return news;
        }

        _failures++;
        if (_everHealthy)
        {
            return _failures == 1 ? HealthNews.Unhealthy : HealthNews.None;
        }

        if (_saidNever || time.GetElapsedTime(_since) < sayAfter)
        {
            return HealthNews.None;
        }

        _saidNever = true;
        return HealthNews.NeverHealthy;
    }
}
