using System.Globalization;

namespace Orion.Benchmarks;

/// <summary>
/// Requests a second of one small JSON endpoint: bare, under the OpenTelemetry SDK as stock ServiceDefaults set it up, and under the whole
/// belt with its sink, at KeepRate 1 and 0.1. Servers and load are processes of their own. The variants take turns, in another order each
/// round, and a variant's ratio is the median of its rounds' ratios to the bare server of the same round: a busy machine hits all of them
/// alike, and no variant always comes after the one that leaves most to be written. <c>--seconds N</c> sets the counted length of a turn,
/// <c>--rounds N</c> their number. <c>path VARIANT FOLDER COLLECTOR</c> measures one variant's pipeline without a network.
/// </summary>
internal sealed class OverheadBenchmark : Benchmark
{
    // Longer than the sink's flush interval, so that what is counted is a steady state in which rows are written as fast as they come.
    private const double RampSeconds = 0.8;

    private static readonly string[] s_variants = ["bare", "stock", "ours", "sampled"];

    public override string Name => "overhead";

    public override async Task<object> RunAsync(string[] arguments)
    {
        switch (arguments)
        {
            case ["serve", var variant, ..]:
                return await OverheadServer.RunAsync(variant, arguments[2..]);
            case ["path", var variant, ..]:
                return await OverheadServer.PathAsync(variant, arguments[2..]);
            case ["load"]:
                return await OverheadLoad.RunAsync();
        }

        var seconds = Number(arguments, "--seconds", 2);
        var rounds = Number(arguments, "--rounds", 7);
        var folder = Directory.CreateTempSubdirectory("orion-overhead-");
        await using var collector = await OverheadCollector.StartAsync();
        await using var load = await ChildProcess.StartAsync(["overhead", "load"], isServer: false);
        var servers = new Dictionary<string, ChildProcess>();
        try
        {
            foreach (var variant in s_variants)
            {
                var data = Path.Combine(folder.FullName, variant);
                string[] serve = ["overhead", "serve", variant, data, collector.Address];
                servers[variant] = await ChildProcess.StartAsync(serve, isServer: true);
                await load.AskAsync(OverheadLoad.Order(servers[variant].Address, 0, 0.1));
            }

            Begin();
            foreach (var server in servers.Values)
            {
                await WarmAsync(load, server);
            }

            var turns = s_variants.ToDictionary(v => v, _ => new List<Turn>());
            for (var round = 0; round < rounds; round++)
            {
                foreach (var variant in Enumerable.Range(0, s_variants.Length)
                    .Select(i => s_variants[((round % 2 == 0 ? i : -i - 1) + s_variants.Length + (round / 2)) % s_variants.Length]))
                {
                    var turn = await TurnAsync(load, servers[variant], seconds);
                    turns[variant].Add(turn);
                    Console.WriteLine(
                        $"round {round + 1} {variant}: {turn.Rps:N0}/s, {turn.Bytes:N0} B "
                        + $"and {turn.CpuMicroseconds:0.0} us of processor a request");
                }
            }

            var dropped = await servers["ours"].NumberAsync("/dropped");
            double[] Ratios(string variant) => [.. turns[variant].Zip(turns["bare"], (a, b) => a.Rps / b.Rps)];
            return new
            {
                BareRps = Math.Round(Statistics.Median(turns["bare"].Select(t => t.Rps))),
                StockRps = Math.Round(Statistics.Median(turns["stock"].Select(t => t.Rps))),
                OursRps = Math.Round(Statistics.Median(turns["ours"].Select(t => t.Rps))),
                OursSampledRps = Math.Round(Statistics.Median(turns["sampled"].Select(t => t.Rps))),
                StockRatio = Math.Round(Statistics.Median(Ratios("stock")), 3),
                OursRatio = Math.Round(Statistics.Median(Ratios("ours")), 3),
                OursSampledRatio = Math.Round(Statistics.Median(Ratios("sampled")), 3),
                RatioSpread = s_variants.Skip(1).ToDictionary(v => v, v => Math.Round(Statistics.Spread(Ratios(v)), 3)),
                AllocBytesPerRequest = s_variants.ToDictionary(v => v, v => Math.Round(Statistics.Median(turns[v].Select(t => t.Bytes)))),
                CpuMicrosecondsPerRequest = s_variants.ToDictionary(
                    v => v, v => Math.Round(Statistics.Median(turns[v].Select(t => t.CpuMicroseconds)), 1)),
                DroppedRows = dropped,
            };
        }
        finally
        {
            foreach (var server in servers.Values)
            {
                await server.DisposeAsync();
            }

            folder.Delete(recursive: true);
        }
    }

    /// <summary>
    /// Loads a server until it compiles next to nothing any more: the tiers of a larger program take longer, and are no part of what a
    /// request costs.
    /// </summary>
    private static async Task WarmAsync(ChildProcess load, ChildProcess server)
    {
        var compiled = 0.0;
        for (var window = 1; window <= 12; window++)
        {
            await load.AskAsync(OverheadLoad.Order(server.Address, 0, 1.2));
            var before = compiled;
            compiled = await server.NumberAsync("/compiled");
            if (window >= 4 && compiled - before < 0.02)
            {
                return;
            }
        }
    }

    private static async Task<Turn> TurnAsync(ChildProcess load, ChildProcess server, int seconds)
    {
        var (bytes, cpu) = (await server.NumberAsync("/allocated"), await server.NumberAsync("/cpu"));
        var answer = (await load.AskAsync(OverheadLoad.Order(server.Address, RampSeconds, seconds))).Split(' ');
        var (counted, all) = (double.Parse(answer[0], CultureInfo.InvariantCulture), double.Parse(answer[1], CultureInfo.InvariantCulture));
        return new Turn(counted / seconds, (await server.NumberAsync("/allocated") - bytes) / all,
            (await server.NumberAsync("/cpu") - cpu) / all);
    }

    private static int Number(string[] arguments, string name, int fallback)
    {
        var at = Array.IndexOf(arguments, name);
        return at < 0 ? fallback : int.Parse(arguments[at + 1], CultureInfo.InvariantCulture);
    }

    private sealed record Turn(double Rps, double Bytes, double CpuMicroseconds);
}
