using OrionPlatform.Sink;
using OrionPlatform.Store;

namespace OrionPlatform.OpsPanel;

/// <summary>Asks both stores for their version; neither reads a table for it.</summary>
internal sealed class VersionSource(TelemetryReader reader, DomainStore store, TimeProvider time)
{
    public async Task<PanelVersion> NowAsync(CancellationToken cancellationToken) => new(
        await reader.VersionAsync(cancellationToken),
        await store.VersionAsync(cancellationToken),
        time.GetUtcNow().Ticks / PanelVersion.ClockStep.Ticks);
}
