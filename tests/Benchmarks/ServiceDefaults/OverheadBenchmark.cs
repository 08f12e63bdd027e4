using System.Diagnostics;
using System.Globalization;

namespace OrionPlatform.Benchmarks;

/// <summary>
/// Requests a second of one small JSON endpoint: bare, under the OpenTelemetry SDK as stock ServiceDefaults set it up, and under the whole belt
/// with its sink, at KeepRate 1 and 0.1. Server and load are processes of their own; the variants take turns, so that a busy machine
/// hits all of them alike. <c>--seconds N</c> sets the length of a turn, <c>--rounds N</c> their number.
/// </summary>
internal sealed class OverheadBenchmark : Benchmark
{
    private static readonly string[] s_variants = ["bare", "stock", "ours", "sampled"];

    public override string Name => "overhead";

    public override async Task<object> RunAsync(string[] arguments)
    {
        switch (arguments)
        {
            case ["serve", var variant, ..]:
                return await OverheadServer.RunAsync(variant, arguments[2..]);
            case ["load", var address, var length]:
                return new { Requests = await OverheadLoad.RunAsync(new Uri(address), TimeSpan.FromSeconds(double.Parse(length, CultureInfo.InvariantCulture))) };
        }

        var seconds = Number(arguments, "--seconds", 4);
        var rounds = Number(arguments, "--rounds", 5);
        var folder = Directory.CreateTempSubdirectory("orion-overhead-");
        await using var collector = await OverheadCollector.StartAsync();
        var servers = new Dictionary<string, OverheadProcess>();
        try
        {
            foreach (var variant in s_variants)
            {
                servers[variant] = await OverheadProcess.StartAsync(["overhead", "serve", variant, Path.Combine(folder.FullName, variant), collector.Address]);
                await LoadAsync(servers[variant].Address, 2);
            }

            var rps = s_variants.ToDictionary(v => v, _ => new List<double>());
            var cpu = s_variants.ToDictionary(v => v, _ => new List<double>());
            var allocated = s_variants.ToDictionary(v => v, _ => 0.0);
            for (var round = 0; round < rounds; round++)
            {
                foreach (var variant in round % 2 == 0 ? s_variants : s_variants.Reverse())
                {
                    var before = await servers[variant].NumberAsync("/allocated");
                    var cpuBefore = await servers[variant].NumberAsync("/cpu");
                    var requests = await LoadAsync(servers[variant].Address, seconds);
                    rps[variant].Add(requests / seconds);
                    allocated[variant] = (await servers[variant].NumberAsync("/allocated") - before) / requests;
                    cpu[variant].Add((await servers[variant].NumberAsync("/cpu") - cpuBefore) / requests);
                    Console.WriteLine($"round {round + 1} {variant}: {requests / seconds:N0}/s, {allocated[variant]:N0} B and {cpu[variant][^1]:0.0} us of processor a request");
                }
            }

            var dropped = await servers["ours"].NumberAsync("/dropped");
            double Median(string variant) => rps[variant].Order().ElementAt(rounds / 2);
            double Ratio(string variant) => Math.Round(rps[variant].Zip(rps["bare"], (a, b) => a / b).Order().ElementAt(rounds / 2), 3);
            return new
            {
                BareRps = Math.Round(Median("bare")),
                StockRps = Math.Round(Median("stock")),
                OursRps = Math.Round(Median("ours")),
                OursSampledRps = Math.Round(Median("sampled")),
                StockRatio = Ratio("stock"),
                OursRatio = Ratio("ours"),
                OursSampledRatio = Ratio("sampled"),
                AllocBytesPerRequest = s_variants.ToDictionary(v => v, v => Math.Round(allocated[v])),
                CpuMicrosecondsPerRequest = s_variants.ToDictionary(v => v, v => Math.Round(cpu[v].Order().ElementAt(rounds / 2), 1)),
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

    private static async Task<double> LoadAsync(string address, double seconds)
    {
        var start = OverheadProcess.StartInfo(["overhead", "load", address, seconds.ToString(CultureInfo.InvariantCulture)]);
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var line = output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
        return System.Text.Json.JsonDocument.Parse(line).RootElement.GetProperty("requests").GetDouble();
    }

    private static int Number(string[] arguments, string name, int fallback)
    {
        var at = Array.IndexOf(arguments, name);
        return at < 0 ? fallback : int.Parse(arguments[at + 1], CultureInfo.InvariantCulture);
    }
}
