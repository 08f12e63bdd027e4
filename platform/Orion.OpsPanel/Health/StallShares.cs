using Orion.Telemetry.Lag;

namespace Orion.OpsPanel.Health;

/// <summary>One part of a stall's thread time.</summary>
/// <param name="Name">Whose it is.</param>
/// <param name="Tone">Class of its color.</param>
/// <param name="From">Where it begins, 0 to 1.</param>
/// <param name="Share">How much it is, 0 to 1.</param>
public sealed record StallShare(string Name, string Tone, double From, double Share);

/// <summary>A stall's credit ledger as the parts of one bar; together they are the whole stall.</summary>
internal static class StallShares
{
    public static IReadOnlyList<StallShare> Of(Stall stall)
    {
        var named = stall.Credits.Sum(c => c.Share);
        List<(string Name, string Tone, double Share)> parts =
        [
            .. stall.Credits.Select((c, i) => (c.Span is null ? c.Name : $"{c.Name} ({c.Span})", $"c{i % 8}", c.Share)),
            // A stall names ten at most.
            ("others", "s-others", Math.Max(0, 1 - named - stall.Gc - stall.Host - stall.Unattributed - stall.Idle)),
            ("garbage collection", "s-gc", stall.Gc),
            ("machine", "s-host", stall.Host),
            ("unattributed", "s-unknown", stall.Unattributed),
            ("idle", "s-idle", stall.Idle),
        ];
        var shares = new List<StallShare>(parts.Count);
        var at = 0.0;
        foreach (var (name, tone, share) in parts.Where(p => p.Share >= 0.0005))
        {
            shares.Add(new StallShare(name, tone, at, share));
            at += share;
        }

        return shares;
    }
}
