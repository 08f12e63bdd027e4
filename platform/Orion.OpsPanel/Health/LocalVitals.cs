using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orion.Redaction;
using Orion.Telemetry.Identity;
using Orion.Telemetry.Lag;
using Orion.Telemetry.Logs;
using Orion.Telemetry.Outgoing;
using Orion.Telemetry.Tracing;
using Orion.Telemetry.Waterfalls;

namespace Orion.OpsPanel.Health;

/// <summary>What only the process that serves the panel knows: of itself.</summary>
public sealed record LocalVitals
{
    /// <summary>Name of the process.</summary>
    public required string Process { get; init; }

    /// <summary>When it started.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Lag of its thread pool over the last window; null without a lag monitor.</summary>
    public required LagFigures? Lag { get; init; }

    /// <summary>Stalls since it started.</summary>
    public required long Stalls { get; init; }

    /// <summary>Who stalls it.</summary>
    public required IReadOnlyList<LagSuspect> Suspects { get; init; }

    /// <summary>Its latest stalls, newest first.</summary>
    public required IReadOnlyList<Stall> RecentStalls { get; init; }

    /// <summary>Share of all processors that it used lately, 0 to 1.</summary>
    public required double Utilization { get; init; }

    /// <summary>Its outgoing circuits.</summary>
    public required IReadOnlyList<BreakerState> Circuits { get; init; }

    /// <summary>The requests and jobs in its ring, by route.</summary>
    public IReadOnlyList<LocalRouteFigures> Routes { get; init; } = [];

    /// <summary>Its rings.</summary>
    public required IReadOnlyList<RingFill> Rings { get; init; }

    /// <summary>Which traces it stores.</summary>
    public required TracingOptions Tracing { get; init; }

    /// <summary>Values redacted whole since the start because a redaction rule failed; null without redaction.</summary>
    public required long? RedactionFailures { get; init; }
}

/// <summary>How full a ring is.</summary>
/// <param name="Name">What it holds.</param>
/// <param name="Items">Items it holds.</param>
/// <param name="Capacity">Items it can hold; the oldest make room.</param>
/// <param name="Added">Items added since the start.</param>
public sealed record RingFill(string Name, long Items, int Capacity, long Added)
{
    internal static RingFill? Of<T>(string name, Ring<T>? ring) where T : class =>
        ring is null ? null : new RingFill(name, Math.Min(ring.Version, ring.Capacity), ring.Capacity, ring.Version);
}

/// <summary>Reads <see cref="LocalVitals"/>.</summary>
internal sealed class LocalVitalsReader(IServiceProvider services, IOptions<TracingOptions> tracing, TimeProvider time)
{
    private static readonly TimeSpan s_window = TimeSpan.FromSeconds(5);
    private static readonly DateTimeOffset s_started = new(System.Diagnostics.Process.GetCurrentProcess().StartTime);

    private readonly Lock _lock = new();
    private (long At, TimeSpan Cpu, double Share) _cpu;

    public LocalVitals Read()
    {
        var lag = services.GetService<LagReport>();
        return new LocalVitals
        {
            Process = services.GetService<ServiceIdentity>()?.Instance ?? AppDomain.CurrentDomain.FriendlyName,
            StartedAt = s_started,
            Lag = lag?.Figures is { Samples: > 0 } figures ? figures : null,
            Stalls = lag?.Stalls ?? 0,
            Suspects = lag?.Suspects ?? [],
            RecentStalls = lag?.Recent ?? [],
            Utilization = Utilization(),
            Routes = services.GetService<TraceRing>() is { } ring ? LocalRouteFigures.Of(ring.Recent()) : [],
            Circuits = services.GetService<Breakers>()?.All ?? [],
            Rings =
            [
                .. new[]
                {
                    RingFill.Of("Traces", services.GetService<TraceRing>()),
                    RingFill.Of("Log records", services.GetService<LogRing>()),
                }.OfType<RingFill>(),
            ],
            Tracing = tracing.Value,
            RedactionFailures = services.GetService<Sanitizer>()?.Failures,
        };
    }

    // Over at least five seconds: the painting itself would be most of a shorter time. The first answer is that since the start.
    private double Utilization()
    {
        lock (_lock)
        {
            var (now, cpu) = (time.GetTimestamp(), Environment.CpuUsage.TotalTime);
            var passed = _cpu.At == 0 ? time.GetUtcNow() - s_started : time.GetElapsedTime(_cpu.At, now);
            if (passed >= s_window)
            {
                _cpu = (now, cpu, Math.Clamp((cpu - _cpu.Cpu) / passed / Environment.ProcessorCount, 0, 1));
            }

            return _cpu.Share;
        }
    }
}
