using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Orion.OpsPanel.Live;
using Orion.OpsPanel.Shell;
using Orion.Sink.Reading;
using Orion.Store;
using Orion.Telemetry.ServerSentEvents;

namespace Orion.OpsPanel.Health;

/// <summary>Are the processes well? Their runtime figures, who stalls them, their circuits, and what telemetry costs and loses.</summary>
internal sealed class HealthTab(
    TelemetryReader reader, DomainStore store, LocalVitalsReader vitals, HtmlPainter painter, RenderCache cache,
    StreamConcurrencyLimiter streams,
    TimeProvider time) : ITab
{
    private const int MaxSetAside = 20;

    public string Route => "health";

    public string Section => "health";

    public Watches Watches => Watches.Telemetry | Watches.Clock;

    public TabView Parse(HttpRequest request) => new HealthView();

    public string Title(TabView view) => "Health";

    public async Task<Painting> PaintAsync(TabView view, string @base, CancellationToken cancellationToken)
    {
        var data = await ReadAsync(cancellationToken);
        return new Painting(
        [
            await painter.FragmentAsync<VitalCards>("hl-vitals", ("Data", data)),
            await painter.FragmentAsync<ProcessTable>("hl-processes", ("Data", data)),
            await painter.FragmentAsync<HeardTable>("hl-heard", ("Processes", data.Heard), ("Now", data.Now)),
            await painter.FragmentAsync<StallSuspects>("hl-suspects", ("Local", data.Local), ("Now", data.Now)),
            await painter.FragmentAsync<StallList>("hl-stalls", ("Local", data.Local), ("Now", data.Now)),
            await painter.FragmentAsync<CircuitTable>("hl-circuits", ("Process", data.Local.Process), ("Circuits", data.Local.Circuits),
                ("Now", data.Now)),
            await painter.FragmentAsync<RingRoutes>("hl-routes", ("Local", data.Local)),
            await painter.FragmentAsync<TelemetrySettings>("hl-telemetry", ("Local", data.Local)),
            await painter.FragmentAsync<LossByProcess>("hl-losses", ("Losses", data.Losses), ("Reasons", data.Reasons)),
            await painter.FragmentAsync<DiskUse>("hl-disk", ("Folder", data.Folder)),
            await painter.FragmentAsync<RollupChecks>("hl-checks", ("Checks", data.Checks), ("Now", data.Now)),
            await painter.FragmentAsync<AuditAside>("hl-audit", ("Entries", data.SetAside), ("Now", data.Now)),
        ]);
    }

    public Task<RenderFragment> FrameAsync(TabView view, Painting painting, string @base, CancellationToken cancellationToken) =>
        Task.FromResult(HtmlPainter.Content<HealthFrame>(("Painting", painting)));

    private async Task<HealthData> ReadAsync(CancellationToken cancellationToken)
    {
        var beats = reader.HeartbeatsAsync(cancellationToken);
        var heard = reader.OtlpProcessesAsync(cancellationToken);
        var losses = reader.LossAsync(cancellationToken);
        var reasons = reader.LossReasonsAsync(cancellationToken);
        var folder = reader.FolderUseAsync(cancellationToken);
        var checks = reader.RollupChecksAsync(cancellationToken);
        var setAside = store.ReadAsync(tx => tx.AuditSetAsideAsync(MaxSetAside), cancellationToken);
        await Task.WhenAll(beats, heard, losses, reasons, folder, checks, setAside);
        return new HealthData
        {
            Now = time.GetUtcNow(),
            Processes = await beats,
            Heard = await heard,
            Local = vitals.Read(),
            Losses = await losses,
            Reasons = await reasons,
            Folder = await folder,
            Checks = await checks,
            SetAside = await setAside,
            Streams = streams.Open,
            CacheHits = cache.Hits,
            CacheMisses = cache.Misses,
        };
    }
}
