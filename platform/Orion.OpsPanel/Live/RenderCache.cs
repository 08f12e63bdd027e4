namespace Orion.OpsPanel.Live;

/// <summary>A part of a tab that is repainted on its own.</summary>
/// <param name="Id">Id of its element.</param>
/// <param name="Html">The element, as HTML.</param>
public sealed record Fragment(string Id, string Html);

/// <summary>What a tab's live parts looked like at one version.</summary>
/// <param name="Fragments">The live parts.</param>
/// <param name="Status">HTTP status of a page that shows it.</param>
public sealed record Painting(IReadOnlyList<Fragment> Fragments, int Status = 200)
{
    internal string this[string id] => Fragments.FirstOrDefault(f => f.Id == id)?.Html ?? "";
}

/// <summary>
/// Paints each picture once: viewers of the same tab with the same parameters share it for as long as the data does not change, also those
/// who ask while it is being painted.
/// </summary>
internal sealed class RenderCache(TimeProvider time)
{
    private const int MaxPictures = 128;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

    // One entry a (tab, parameters), its latest version only. Bounded by MaxPictures; the one that nobody asked for the longest goes first.
    private readonly Dictionary<string, Entry> _pictures = [];
    private readonly Lock _lock = new();
    private long _hits;
    private long _misses;

    /// <summary>Pictures served without painting, since the start.</summary>
    public long Hits => Interlocked.Read(ref _hits);

    /// <summary>Pictures painted, since the start.</summary>
    public long Misses => Interlocked.Read(ref _misses);

    public Task<Painting> GetAsync(string key, PanelVersion version, Func<CancellationToken, Task<Painting>> paint,
        CancellationToken cancellationToken)
    {
        Task<Painting> painting;
        lock (_lock)
        {
            if (_pictures.TryGetValue(key, out var entry) && entry.Version == version && !entry.Painting.IsFaulted
                && !entry.Painting.IsCanceled)
            {
                _hits++;
                painting = entry.Painting;
            }
            else
            {
                _misses++;
                painting = PaintAsync(paint);
                MakeRoom(key);
            }

            _pictures[key] = new Entry(version, painting, time.GetTimestamp());
        }

        // A viewer who leaves stops waiting; the picture is finished for the others.
        return painting.WaitAsync(cancellationToken);
    }

    private async Task<Painting> PaintAsync(Func<CancellationToken, Task<Painting>> paint)
    {
        await Task.Yield(); // Out of the lock.
        using var patience = new CancellationTokenSource(s_patience, time);
        return await paint(patience.Token);
    }

    private void MakeRoom(string key)
    {
        if (_pictures.Count >= MaxPictures && !_pictures.ContainsKey(key))
        {
            _pictures.Remove(_pictures.MinBy(p => p.Value.Asked).Key);
        }
    }

    private sealed record Entry(PanelVersion Version, Task<Painting> Painting, long Asked);
}
