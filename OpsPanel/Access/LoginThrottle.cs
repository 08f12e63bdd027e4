namespace OrionPlatform.OpsPanel;

/// <summary>
/// Slows a client down that presents wrong login tokens: from the tenth failure within a minute on it waits 1 s, then 2 s, 4 s, up
/// to 60 s. Tokens hold 128 bits or more, so this is not what keeps guessers out; it keeps them from costing anything.
/// </summary>
internal sealed class LoginThrottle(TimeProvider time)
{
    private const int FreeFailures = 10;
    private const int MaxClients = 4096;
    private static readonly TimeSpan s_window = TimeSpan.FromMinutes(1);

    // Bounded by MaxClients: when it is full, clients whose window is over are forgotten, and failing that the one that failed longest ago.
    private readonly Dictionary<string, Failures> _clients = [];
    private readonly Lock _lock = new();

    /// <summary>How long the client has to wait; zero when it may try.</summary>
    public TimeSpan Wait(string client)
    {
        lock (_lock)
        {
            return _clients.TryGetValue(client, out var f) && f.LockedUntil > time.GetUtcNow() ? f.LockedUntil - time.GetUtcNow() : TimeSpan.Zero;
        }
    }

    public void Failed(string client)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            var count = _clients.TryGetValue(client, out var f) && now - f.Last < s_window ? f.Count + 1 : 1;
            var wait = count < FreeFailures ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Min(60, Math.Pow(2, Math.Min(count - FreeFailures, 6))));
            MakeRoom(now);
            _clients[client] = new Failures(count, now, now + wait);
        }
    }

    public void Succeeded(string client)
    {
        lock (_lock)
        {
            _clients.Remove(client);
        }
    }

    private void MakeRoom(DateTimeOffset now)
    {
        if (_clients.Count < MaxClients)
        {
            return;
        }

        foreach (var over in _clients.Where(c => now - c.Value.Last >= s_window).Select(c => c.Key).ToList())
        {
            _clients.Remove(over);
        }

        if (_clients.Count >= MaxClients)
        {
            _clients.Remove(_clients.MinBy(c => c.Value.Last).Key);
        }
    }

    private sealed record Failures(int Count, DateTimeOffset Last, DateTimeOffset LockedUntil);
}
