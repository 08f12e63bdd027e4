using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Orion.Store;

namespace Orion.Benchmarks;

/// <summary>A process of the store-write benchmark: eight callers on PostgreSQL, through the store or past it, as a line orders.</summary>
internal static class StoreWriteProcess
{
    public const string ThroughStore = "store";
    public const string Plain = "plain";

    private const int Callers = 8;

    /// <summary>The line that orders a turn: which way, seconds that are not counted, seconds that are.</summary>
    public static string Order(string way, double ramp, double counted) => FormattableString.Invariant($"{way} {ramp} {counted}");

    /// <summary>Obeys one order a line; answers with the writes that were counted, with all, and with the retries so far.</summary>
    public static async Task<object> RunAsync(string connectionString)
    {
        await using var store = SampleWrite.Open(connectionString);
        await using var plain = new PlainPostgres(connectionString);
        var retries = 0L;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument is { Meter.Name: "orion.store", Name: "orion.store.retries" })
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, count, _, _) => Interlocked.Add(ref retries, count));
        listener.Start();
        Console.WriteLine(ChildProcess.Ready);
        while (await Console.In.ReadLineAsync() is { } line)
        {
            var order = line.Split(' ');
            var ramp = double.Parse(order[1], CultureInfo.InvariantCulture);
            var seconds = double.Parse(order[2], CultureInfo.InvariantCulture);
            var (counted, all) = order[0] == ThroughStore
                ? await LoopAsync(Callers, ramp, seconds, () => new SampleWrite().StoreAsync(store))
                : await LoopAsync(Callers, ramp, seconds, () => plain.WriteAsync(new SampleWrite()));
            Console.WriteLine(FormattableString.Invariant($"{counted} {all} {Interlocked.Read(ref retries)} {plain.Retries}"));
        }

        return new { };
    }

    /// <summary>Callers that write one after the other, until the time is over.</summary>
    public static async Task<(long Counted, long All)> LoopAsync(int callers, double ramp, double seconds, Func<Task> write)
    {
        var clock = Stopwatch.StartNew();
        var counts = await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(CallAsync)));
        return (counts.Sum(c => c.Counted), counts.Sum(c => c.All));

        async Task<(long Counted, long All)> CallAsync()
        {
            var (counted, all) = (0L, 0L);
            while (clock.Elapsed.TotalSeconds < ramp + seconds)
            {
                await write();
                all++;
                counted += clock.Elapsed.TotalSeconds is var at && at >= ramp && at < ramp + seconds ? 1 : 0;
            }

            return (counted, all);
        }
    }
}
