namespace OrionPlatform.AppHost;

/// <summary>How long a crashed process is left alone: 0.5 s, doubled each time up to 30 s, and from the start again after it ran stably for a minute.</summary>
internal sealed class Backoff
{
    private static readonly TimeSpan s_first = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_stable = TimeSpan.FromMinutes(1);
    private int _inARow;

    /// <summary>Crashes since the process last ran stably.</summary>
    public int InARow => _inARow;

    public TimeSpan After(TimeSpan ranFor)
    {
        _inARow = ranFor >= s_stable ? 1 : _inARow + 1;
        var doubled = s_first * Math.Pow(2, Math.Min(_inARow - 1, 16));
        return doubled < s_longest ? doubled : s_longest;
    }
}
