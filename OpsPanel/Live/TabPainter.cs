namespace OrionPlatform.OpsPanel;

/// <summary>Paints tabs through the cache.</summary>
internal sealed class TabPainter(RenderCache cache, VersionSource source)
{
    public Task<PanelVersion> VersionAsync(CancellationToken cancellationToken) => source.NowAsync(cancellationToken);

    public Task<Painting> PaintAsync(ITab tab, TabView view, string @base, PanelVersion version, CancellationToken cancellationToken) =>
        cache.GetAsync($"{@base}/{view.Location}", version.For(tab.Watches), stop => tab.PaintAsync(view, @base, stop), cancellationToken);
}
