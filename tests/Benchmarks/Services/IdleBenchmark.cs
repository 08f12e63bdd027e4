using System.Globalization;

namespace OrionPlatform.Benchmarks;

/// <summary>
/// What the platform costs while nobody uses it: api, worker and node agent as built, without traffic and with nobody watching, each by its own
/// processor time, in percent of one core, and what its threads spent that on. Startup and its compilation are over before it measures
/// (<c>--settle SECONDS</c>, 90 unless said); <c>--seconds N</c> sets for how long (300). Linux only: threads are told apart by <c>/proc</c>.
/// </summary>
internal sealed class IdleBenchmark : Benchmark
{
    public override string Name => "idle";

    public override string[] SoonMeasuring => ["--settle", "0", "--seconds", "2"];

    public override async Task<object> RunAsync(string[] arguments)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException("The idle benchmark reads processor time by thread from /proc, which only Linux has.");
        }

        var (settle, seconds) = (Seconds(arguments, "--settle", 90), Seconds(arguments, "--seconds", 300));
        using var folder = new ScratchFolder();
        await using var platform = await IdlePlatform.StartAsync(folder.Path);
        await Task.Delay(settle);
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

    private static double Percent(TimeSpan cpu, TimeSpan passed) => Math.Round(100 * (cpu / passed), 3);

    private static TimeSpan Seconds(string[] arguments, string name, int unless) => TimeSpan.FromSeconds(
        Array.IndexOf(arguments, name) is var at and >= 0 ? int.Parse(arguments[at + 1], CultureInfo.InvariantCulture) : unless);
}
