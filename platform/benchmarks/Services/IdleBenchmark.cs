using System.Diagnostics;
using System.Globalization;

namespace Orion.Benchmarks;

/// <summary>
/// What the platform costs while nobody uses it: api, worker and node agent as built, without traffic and with nobody watching, each by its
/// own processor time, in percent of one core, and what its threads spent that on. It measures when startup and its compilation are over,
/// which is told by the compiler's threads and takes minutes where code is called every few seconds (<c>--settle SECONDS</c> waits no
/// longer than that, 900 unless said); <c>--seconds N</c> sets for how long (300). Linux only: threads are told apart by <c>/proc</c>.
/// </summary>
internal sealed class IdleBenchmark : Benchmark
{
    // Percent of a core that compilation takes where it is as good as over.
    private const double Compiled = 0.1;
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(60);

    public override string Name => "idle";

    public override string[] SoonMeasuring => ["--settle", "0", "--seconds", "2"];

    public override async Task<object> RunAsync(string[] arguments)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException("The idle benchmark reads processor time by thread from /proc, which only Linux has.");
        }

        var (settle, seconds) = (Seconds(arguments, "--settle", 900), Seconds(arguments, "--seconds", 300));
        using var folder = new ScratchFolder();
        await using var platform = await IdlePlatform.StartAsync(folder.Path);
        await SettleAsync(platform, settle);
        Begin();
        var before = platform.Processes.Select(p => p.Read()).ToList();
        await Task.Delay(seconds);
        var after = platform.Processes.Select(p => p.Read()).ToList();
        var percent = new Dictionary<string, double>();
        foreach (var (process, from, to) in platform.Processes.Zip(before, after))
        {
            var passed = to.At - from.At;
            percent[process.Name] = Percent(to.Cpu - from.Cpu, passed);
            Console.WriteLine($"{process.Name}: {percent[process.Name]} % of a core");
            foreach (var (thread, cpu) in from.Spent(to).Where(t => t.Cpu > TimeSpan.Zero).Take(12))
            {
                Console.WriteLine($"  {Percent(cpu, passed),7:0.000} %  {thread}");
            }
        }

        return new
        {
            Seconds = seconds.TotalSeconds,
            ApiPercent = percent["api"],
            WorkerPercent = percent["worker"],
            NodeAgentPercent = percent["node-agent"],
            TotalPercent = Math.Round(percent.Values.Sum(), 3),
        };
    }

    private static async Task SettleAsync(IdlePlatform platform, TimeSpan most)
    {
        var clock = Stopwatch.StartNew();
        var compiling = 1.0;
        while (compiling > Compiled && clock.Elapsed < most)
        {
            var before = platform.Processes.Select(p => p.Read()).ToList();
            await Task.Delay(s_look < most ? s_look : most);
            compiling = platform.Processes.Zip(before, (p, b) => Compiling(b, p.Read())).Max();
            Console.WriteLine($"after {clock.Elapsed.TotalSeconds:0} s: compilation takes up to {compiling:0.00} % of a core");
        }
    }

    private static double Compiling(CpuReading from, CpuReading to) =>
        Percent(TimeSpan.FromTicks(from.Spent(to).Where(t => IsCompiler(t.Thread)).Sum(t => t.Cpu.Ticks)), to.At - from.At);

    private static bool IsCompiler(string thread) =>
        thread.StartsWith(".NET Tiered", StringComparison.Ordinal) || thread == CpuReading.Ended;

    private static double Percent(TimeSpan cpu, TimeSpan passed) => Math.Round(100 * (cpu / passed), 3);

    private static TimeSpan Seconds(string[] arguments, string name, int unless) => TimeSpan.FromSeconds(
        Array.IndexOf(arguments, name) is var at and >= 0 ? int.Parse(arguments[at + 1], CultureInfo.InvariantCulture) : unless);
}
