using Orion.Sink.Reading;
using Orion.Store;

namespace Orion.OpsPanel.Live;

/// <summary>Asks both stores for their version; neither reads a table for it.</summary>
internal sealed class VersionSource(TelemetryReader reader, DomainStore store, TimeProvider time)
{
    public async Task<PanelVersion> NowAsync(CancellationToken cancellationToken) => new(
        await reader.VersionAsync(cancellationToken),
        await store.VersionAsync(cancellationToken),
        time.GetUtcNow().Ticks / PanelVersion.ClockStep.Ticks);
}
