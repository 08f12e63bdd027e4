namespace Orion.Store.Jobs;

/// <summary>
/// How long to wait before the next attempt: full jitter, which spreads retries evenly where a fixed delay would bring them back in one
/// wave.
/// </summary>
internal static class Backoff
{
    private static readonly TimeSpan s_base = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_cap = TimeSpan.FromMinutes(5);

    /// <summary>Uniform between nothing and the smaller of 5 min and 1 s x 2^(attempt - 1).</summary>
    public static TimeSpan After(int attempt, Random random) =>
        Math.Min(s_cap.TotalSeconds, s_base.TotalSeconds * Math.Pow(2, attempt - 1)) * random.NextDouble() * TimeSpan.FromSeconds(1);
}
