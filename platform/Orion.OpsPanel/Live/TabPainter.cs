using Orion.OpsPanel.Shell;

namespace Orion.OpsPanel.Live;

/// <summary>Paints tabs through the cache.</summary>
internal sealed class TabPainter(RenderCache cache, VersionSource source, HtmlPainter painter, StallNotice stall)
{
    public Task<PanelVersion> VersionAsync(CancellationToken cancellationToken) => source.NowAsync(cancellationToken);

    public async Task<Painting> PaintAsync(ITab tab, TabView view, string @base, PanelVersion version, CancellationToken cancellationToken)
    {
        var painting = await cache.GetAsync(
            $"{@base}/{view.Location}", version.For(tab.Watches), stop => tab.PaintAsync(view, @base, stop), cancellationToken);
        return stall.IsOn
            ? painting with
            {
                Fragments = [.. painting.Fragments, await painter.FragmentAsync<StallBanner>(StallNotice.Id, ("Stall", stall.Latest))],
            }
            : painting;
    }
}
