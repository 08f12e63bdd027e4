using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orion.Telemetry.Lag;

namespace Orion.OpsPanel.Shell;

/// <summary>
/// Development's hint, on every page, that this process's thread pool has just stalled, and who is likely to blame. In Production nobody
/// looks at a page for that: the canonical line of who is blamed carries it, and the Health tab lists it.
/// </summary>
internal sealed class StallNotice(IHostEnvironment environment, IServiceProvider services, TimeProvider time)
{
    /// <summary>Id of its element.</summary>
    public const string Id = "stall-notice";

    /// <summary>How long after its end a stall is news.</summary>
    public static readonly TimeSpan News = TimeSpan.FromMinutes(1);

    /// <summary>Whether pages have a place for it.</summary>
    public bool IsOn { get; } = environment.IsDevelopment() && services.GetService<LagReport>() is not null;

    /// <summary>The latest stall, while it is news.</summary>
    public Stall? Latest =>
        IsOn && services.GetRequiredService<LagReport>().Recent is [var stall, ..] && time.GetUtcNow() - stall.At < News ? stall : null;
}
