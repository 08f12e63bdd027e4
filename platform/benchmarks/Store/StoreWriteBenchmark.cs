using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Orion.Benchmarks;

/// <summary>
/// Durable writes a second (one row of about 200 bytes and one fact) through the store, against the same statements without it, on both
/// engines. SQLite: 256 callers at a time against a loop with one transaction a write (<c>sqlite_group_commit_ratio</c>), and the p99 of a
/// lone caller who writes some hundred times a second against that of the plain way (<c>sqlite_p99_ratio</c>); the two ways take turns
/// write by write. PostgreSQL, with fsync: 1, 2 and 4 processes of eight callers each, against a pooled Npgsql loop in the same processes.
/// A ratio is the median of its rounds' ratios, in which both ways took turns. Afterwards the rows are counted: each write that was
/// acknowledged has to be there, with its fact. <c>--rounds N</c> and <c>--seconds N</c> (of a turn) make it shorter.
/// </summary>
internal sealed class StoreWriteBenchmark : Benchmark
{
    private const int SqliteCallers = 256;
    private const double RampSeconds = 0.3;

    private static readonly int[] s_processes = [1, 2, 4];
    private static readonly string[] s_ways = [StoreWriteProcess.ThroughStore, StoreWriteProcess.Plain];

    public override string Name => "store-write";

    public override async Task<object> RunAsync(string[] arguments)
    {
        if (arguments is ["write", var connectionString])
        {
            return await StoreWriteProcess.RunAsync(connectionString);
        }

        var rounds = (int)Number(arguments, "--rounds", 5);
        var seconds = Number(arguments, "--seconds", 1.2);
        var figures = new Dictionary<string, object?>(StringComparer.Ordinal);
        if (PostgresServer.Missing is { } missing)
        {
            Console.WriteLine($"{missing} The figures of PostgreSQL are null.");
            Begin();
            await SqliteAsync(rounds, seconds, figures);
            Missing(figures);
            return figures;
        }

        await using var database = PostgresServer.NewDatabase(isDurable: true);
        Begin();
        await SqliteAsync(rounds, seconds, figures);
        await PostgresAsync(database.ConnectionString, rounds, seconds, figures);
        return figures;
    }

    private static async Task SqliteAsync(int rounds, double seconds, Dictionary<string, object?> figures)
    {
        using var folder = new ScratchFolder();
        var ours = $"Data Source={Path.Combine(folder.Path, "ours.db")}";
        var theirs = $"Data Source={Path.Combine(folder.Path, "plain.db")}";
        await SampleWrite.PrepareAsync(ours);
        await SampleWrite.PrepareAsync(theirs);
        await using var store = SampleWrite.Open(ours);
        using var plain = new PlainSqlite(theirs);
        Task StoreAsync() => new SampleWrite().StoreAsync(store);
        Task PlainAsync()
        {
            plain.Write(new SampleWrite());
            return Task.CompletedTask;
        }

        var turns = new List<(double Store, double Plain)>();
        var written = 0L;
        for (var round = 0; round < rounds; round++)
        {
            var (grouped, all) = await StoreWriteProcess.LoopAsync(SqliteCallers, RampSeconds, seconds, StoreAsync);
            var (single, _) = await StoreWriteProcess.LoopAsync(1, RampSeconds, seconds, PlainAsync);
            written += all;
            turns.Add((grouped / seconds, single / seconds));
            Console.WriteLine($"sqlite, round {round + 1}: {grouped / seconds:N0} writes/s by {SqliteCallers} callers, "
                + $"plain {single / seconds:N0}");
        }

        var p99 = new List<(double Store, double Plain)>();
        var (storeMs, plainMs) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            var (storeRound, plainRound) = (new List<double>(), new List<double>());
            for (var clock = Stopwatch.StartNew(); clock.Elapsed.TotalSeconds < 2 * seconds;)
            {
                storeRound.Add(await TimedAsync(StoreAsync));
                plainRound.Add(await TimedAsync(PlainAsync));
            }

            written += storeRound.Count;
            p99.Add((Statistics.Quantile(storeRound, 0.99), Statistics.Quantile(plainRound, 0.99)));
            storeMs.AddRange(storeRound);
            plainMs.AddRange(plainRound);
            Console.WriteLine($"sqlite, round {round + 1}: p99 of {storeRound.Count} lone writes {p99[^1].Store:0.00} ms, "
                + $"plain {p99[^1].Plain:0.00} ms");
        }

        Check(await SampleWrite.CountAsync(store), written);
        Ratio(figures, "sqlite_group_commit", turns);
        figures["sqlite_writes_per_second"] = Math.Round(Statistics.Median(turns.Select(t => t.Store)));
        figures["sqlite_plain_writes_per_second"] = Math.Round(Statistics.Median(turns.Select(t => t.Plain)));
        Ratio(figures, "sqlite_p99", p99);
        figures["sqlite_p50_ms"] = Math.Round(Statistics.Median(storeMs), 3);
        figures["sqlite_p99_ms"] = Math.Round(Statistics.Quantile(storeMs, 0.99), 3);
        figures["sqlite_plain_p50_ms"] = Math.Round(Statistics.Median(plainMs), 3);
        figures["sqlite_plain_p99_ms"] = Math.Round(Statistics.Quantile(plainMs, 0.99), 3);
    }

    private static async Task PostgresAsync(string connectionString, int rounds, double seconds, Dictionary<string, object?> figures)
    {
        // As many connections as the store takes by itself.
        connectionString = new NpgsqlConnectionStringBuilder(connectionString) { MaxPoolSize = 16 }.ConnectionString;
        await SampleWrite.PrepareAsync(connectionString);
        var writers = new List<ChildProcess>();
        try
        {
            while (writers.Count < s_processes.Max())
            {
                writers.Add(await ChildProcess.StartAsync(["store-write", "write", connectionString]));
            }

            var written = 0L;
            async Task<double> TurnAsync(int processes, string way, double counted)
            {
                var order = StoreWriteProcess.Order(way, RampSeconds, counted);
                var answers = (await Task.WhenAll(writers.Take(processes).Select(w => w.AskAsync(order))))
                    .Select(a => Array.ConvertAll(a.Split(' '), n => long.Parse(n, CultureInfo.InvariantCulture))).ToArray();
                written += answers.Sum(a => a[1]);
                return answers.Sum(a => a[0]) / counted;
            }

            foreach (var way in s_ways)
            {
                // Compiles what the turns run.
                await TurnAsync(writers.Count, way, Math.Min(seconds, 1.5));
            }

            var turns = s_processes.ToDictionary(p => p, _ => new List<(double Store, double Plain)>());
            for (var round = 0; round < rounds; round++)
            {
                foreach (var processes in s_processes)
                {
                    var rates = new Dictionary<string, double>(StringComparer.Ordinal);
                    foreach (var way in round % 2 == 0 ? s_ways : s_ways.Reverse())
                    {
                        rates[way] = await TurnAsync(processes, way, seconds);
                    }

                    turns[processes].Add((rates[StoreWriteProcess.ThroughStore], rates[StoreWriteProcess.Plain]));
                    Console.WriteLine($"postgres, round {round + 1}, {processes} processes: "
                        + $"{rates[StoreWriteProcess.ThroughStore]:N0} writes/s, plain {rates[StoreWriteProcess.Plain]:N0}");
                }
            }

            foreach (var (processes, rates) in turns)
            {
                Ratio(figures, $"postgres_{processes}", rates);
                figures[$"postgres_{processes}_writes_per_second"] = Math.Round(Statistics.Median(rates.Select(r => r.Store)));
                figures[$"postgres_{processes}_plain_writes_per_second"] = Math.Round(Statistics.Median(rates.Select(r => r.Plain)));
            }

            var retries = new List<long[]>();
            foreach (var writer in writers)
            {
                // An order of no length: what it answers are its retries so far.
                var answer = await writer.AskAsync(StoreWriteProcess.Order(StoreWriteProcess.Plain, 0, 0));
                retries.Add(Array.ConvertAll(answer.Split(' '), n => long.Parse(n, CultureInfo.InvariantCulture)));
            }

            figures["postgres_retries"] = retries.Sum(r => r[2]);
            figures["postgres_plain_retries"] = retries.Sum(r => r[3]);
            await using var store = SampleWrite.Open(connectionString);
            Check(await SampleWrite.CountAsync(store), written);
        }
        finally
        {
            foreach (var writer in writers)
            {
                await writer.DisposeAsync();
            }
        }
    }

    private static void Missing(Dictionary<string, object?> figures)
    {
        foreach (var processes in s_processes)
        {
            figures[$"postgres_{processes}_ratio"] = null;
            figures[$"postgres_{processes}_ratio_spread"] = null;
            figures[$"postgres_{processes}_writes_per_second"] = null;
            figures[$"postgres_{processes}_plain_writes_per_second"] = null;
        }

        figures["postgres_retries"] = null;
        figures["postgres_plain_retries"] = null;
    }

    private static void Ratio(Dictionary<string, object?> figures, string name, IReadOnlyCollection<(double Store, double Plain)> rounds)
    {
        figures[name + "_ratio"] = Math.Round(Statistics.Median(rounds.Select(r => r.Store / r.Plain)), 3);
        figures[name + "_ratio_spread"] = Math.Round(Statistics.Spread(rounds.Select(r => r.Store / r.Plain)), 3);
    }

    /// <summary>Milliseconds of one write, after a rest.</summary>
    private static async Task<double> TimedAsync(Func<Task> write)
    {
        await Task.Delay(5);
        var start = Stopwatch.GetTimestamp();
        await write();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static void Check(long found, long acknowledged)
    {
        if (found != acknowledged)
        {
            throw new InvalidOperationException($"{acknowledged} writes were acknowledged, and {found} are there.");
        }
    }

    private static double Number(string[] arguments, string name, double unless) =>
        Array.IndexOf(arguments, name) is var at and >= 0 ? double.Parse(arguments[at + 1], CultureInfo.InvariantCulture) : unless;
}
