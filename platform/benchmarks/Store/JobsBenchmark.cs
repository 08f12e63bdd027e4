using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Orion.Store.Jobs;

namespace Orion.Benchmarks;

/// <summary>
/// The job queue on both engines. Durable enqueues a second by 64 callers; jobs a second from enqueue over claim to the write that ends
/// them; how long after its enqueue was acknowledged a job is in a worker's hands, at 200 jobs a second (PostgreSQL: in another process);
/// how long after the SIGKILL of a worker that had just claimed a job another one has it; and how much later than on an empty queue a
/// tenant's single job is claimed while another tenant has 100,000 waiting (the median of 20, and the worst). <c>--rounds N</c> and
/// <c>--seconds N</c> (of a round) make it shorter, <c>--waiting N</c> is the other tenant's jobs.
/// </summary>
internal sealed class JobsBenchmark : Benchmark
{
    private const int Callers = 64;
    private const int MostOutstanding = 256;
    private const int JobsPerSecond = 200;
    private const int SingleJobs = 20;

    private static readonly TimeSpan s_within = TimeSpan.FromSeconds(60);
    private static readonly string[] s_figures =
    [
        "enqueue_per_second", "enqueue_per_second_spread", "done_per_second", "done_per_second_spread", "claim_latency_p50_ms",
        "claim_latency_p99_ms", "claim_latency_p99_ms_spread", "other_tenant_delay_ms", "other_tenant_worst_delay_ms", "recovery_seconds",
    ];

    public override string Name => "jobs";

    public override async Task<object> RunAsync(string[] arguments)
    {
        switch (arguments)
        {
            case ["work", var connectionString]:
                return await JobsProcess.WorkAsync(connectionString);
            case ["hold", var connectionString]:
                return await JobsProcess.HoldAsync(connectionString);
        }

        var rounds = (int)Number(arguments, "--rounds", 5);
        var seconds = Number(arguments, "--seconds", 1);
        var waiting = (int)Number(arguments, "--waiting", 100_000);
        var figures = new Dictionary<string, object?>(StringComparer.Ordinal);
        var places = new List<Place> { new("sqlite") };
        if (PostgresServer.Missing is { } missing)
        {
            Console.WriteLine($"{missing} The figures of PostgreSQL are null.");
        }
        else
        {
            places.Add(new Place("postgres"));
        }

        try
        {
            foreach (var place in places)
            {
                // The first makes the server.
                await place.NewAsync();
            }

            Begin();
            foreach (var place in places)
            {
                await EnqueueAsync(place, rounds, seconds);
                await CycleAsync(place, rounds, seconds);
                await LatencyAsync(place, rounds, seconds);
                await OtherTenantAsync(place, waiting);
            }

            // Mostly waiting: both at the same time.
            await Task.WhenAll(places.Select(RecoveryAsync));
        }
        finally
        {
            foreach (var place in places)
            {
                await place.DisposeAsync();
            }
        }

        foreach (var engine in (string[])["sqlite", "postgres"])
        {
            var found = places.Find(p => p.Engine == engine);
            foreach (var figure in s_figures)
            {
                figures[$"{engine}_{figure}"] = found?.Figures[figure];
            }
        }

        return figures;
    }

    private static async Task EnqueueAsync(Place place, int rounds, double seconds)
    {
        await using var store = SampleWrite.Open(await place.NewAsync());
        var number = 0L;
        var rates = new List<double>();
        for (var round = 0; round < rounds; round++)
        {
            var (counted, _) = await StoreWriteProcess.LoopAsync(
                Callers, 0.5, seconds, () => SampleJobs.EnqueueAsync(store, Interlocked.Increment(ref number), "tn_1"));
            rates.Add(counted / seconds);
        }

        place.Set("enqueue_per_second", rates, 0);
    }

    private static async Task CycleAsync(Place place, int rounds, double seconds)
    {
        await using var store = SampleWrite.Open(await place.NewAsync());
        using var outstanding = new SemaphoreSlim(MostOutstanding);
        using var stopping = new CancellationTokenSource();
        var (number, done) = (0L, 0L);
        await using var worker = new JobWorker(store, _ => { }, _ =>
        {
            Interlocked.Increment(ref done);
            outstanding.Release();
        });
        var producers = Enumerable.Range(0, Callers).Select(_ => Task.Run(ProduceAsync)).ToArray();
        await Task.Delay(TimeSpan.FromSeconds(1));
        var rates = new List<double>();
        for (var round = 0; round < rounds; round++)
        {
            var (before, clock) = (Interlocked.Read(ref done), Stopwatch.StartNew());
            await Task.Delay(TimeSpan.FromSeconds(seconds));
            rates.Add((Interlocked.Read(ref done) - before) / clock.Elapsed.TotalSeconds);
        }

        await stopping.CancelAsync();
        await Task.WhenAll(producers).WaitAsync(s_within);
        for (var i = 0; i < MostOutstanding; i++)
        {
            // Until every job is done, or one is lost.
            if (!await outstanding.WaitAsync(s_within))
            {
                throw new InvalidOperationException($"{MostOutstanding - i} of {number} jobs were not done.");
            }
        }

        place.Set("done_per_second", rates, 0);

        async Task ProduceAsync()
        {
            while (true)
            {
                try
                {
                    await outstanding.WaitAsync(stopping.Token);
                }
                catch (OperationCanceledException)
                {
                    return;
                }

                await SampleJobs.EnqueueAsync(store, Interlocked.Increment(ref number), "tn_1");
            }
        }
    }

    private static async Task LatencyAsync(Place place, int rounds, double seconds)
    {
        var connectionString = await place.NewAsync();
        await using var store = SampleWrite.Open(connectionString);
        var claims = new ConcurrentDictionary<long, long>();
        await using IAsyncDisposable worker = place.IsOfManyProcesses
            ? await ChildProcess.StartAsync(["jobs", "work", connectionString])
            : new JobWorker(store, job => claims[SampleJobs.Number(job)] = Stopwatch.GetTimestamp(), _ => { });

        // What comes first compiles what the rest runs, and is done with before that.
        var perRound = (int)(JobsPerSecond * seconds);
        var uncounted = 2 * JobsPerSecond;
        var acknowledged = new long[uncounted + (rounds * perRound)];
        await SendAsync(0, uncounted);
        await SendAsync(uncounted, acknowledged.Length);

        // A worker may hear of a commit before its caller goes on.
        var latencies = Enumerable.Range(uncounted, rounds * perRound)
            .Select(n => Math.Max(0, Stopwatch.GetElapsedTime(acknowledged[n], claims[n]).TotalMilliseconds)).Chunk(perRound).ToArray();
        place.Figures["claim_latency_p50_ms"] = Math.Round(Statistics.Median(latencies.Select(Statistics.Median)), 2);
        place.Set("claim_latency_p99_ms", [.. latencies.Select(l => Statistics.Quantile(l, 0.99))], 2);

        async Task SendAsync(int from, int to)
        {
            var enqueued = new List<Task>(to - from);
            for (var clock = Stopwatch.StartNew(); enqueued.Count < to - from; await Task.Delay(1))
            {
                while (enqueued.Count < Math.Min(to - from, clock.Elapsed.TotalSeconds * JobsPerSecond))
                {
                    enqueued.Add(TimedAsync(from + enqueued.Count));
                }
            }

            await Task.WhenAll(enqueued).WaitAsync(s_within);
            for (var clock = Stopwatch.StartNew(); claims.Count < to; await Task.Delay(10))
            {
                foreach (var claim in worker is ChildProcess process ? (await process.AskAsync("claims")).Split(' ') : [])
                {
                    if (claim.Split(':') is [var number, var at])
                    {
                        claims[long.Parse(number, CultureInfo.InvariantCulture)] = long.Parse(at, CultureInfo.InvariantCulture);
                    }
                }

                if (clock.Elapsed > s_within)
                {
                    throw new InvalidOperationException($"{to - claims.Count} of {to} jobs were not claimed.");
                }
            }
        }

        async Task TimedAsync(int number)
        {
            await SampleJobs.EnqueueAsync(store, number, "tn_1");
            acknowledged[number] = Stopwatch.GetTimestamp();
        }
    }

    private static async Task OtherTenantAsync(Place place, int waiting)
    {
        await using var store = SampleWrite.Open(await place.NewAsync());
        TaskCompletionSource<long>? claimed = null;
        await using var worker = new JobWorker(
            store,
            job =>
            {
                if (job.Request.TenantId == "tn_small")
                {
                    claimed!.TrySetResult(Stopwatch.GetTimestamp());
                }
            },
            _ => { });
        await SingleAsync();
        var alone = Statistics.Median(await SingleAsync());
        await SampleJobs.FillAsync(store, waiting, "tn_large");
        var beside = await SingleAsync();
        var left = (await new JobQueue(store).DepthAsync()).Sum(d => d.Ready);
        Console.WriteLine($"{place.Engine}: a single job is claimed after {alone:0.00} ms; beside {waiting} of another tenant "
            + $"(of which {left} are left then) after {Statistics.Median(beside):0.00} ms, at worst {beside.Max():0.00} ms");
        if (left == 0)
        {
            throw new InvalidOperationException("The other tenant's jobs were done before the last single one was claimed.");
        }

        place.Figures["other_tenant_delay_ms"] = Math.Round(Statistics.Median(beside) - alone, 2);
        place.Figures["other_tenant_worst_delay_ms"] = Math.Round(beside.Max() - alone, 2);

        async Task<double[]> SingleAsync()
        {
            var latencies = new double[SingleJobs];
            for (var i = 0; i < latencies.Length; i++)
            {
                claimed = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
                await SampleJobs.EnqueueAsync(store, i, "tn_small");
                var start = Stopwatch.GetTimestamp();
                latencies[i] = Math.Max(0, Stopwatch.GetElapsedTime(start, await claimed.Task.WaitAsync(s_within)).TotalMilliseconds);
            }

            return latencies;
        }
    }

    private static async Task RecoveryAsync(Place place)
    {
        var connectionString = await place.NewAsync();
        await using var store = SampleWrite.Open(connectionString);
        await SampleJobs.EnqueueAsync(store, 1, "tn_1");
        await using var holder = await ChildProcess.StartAsync(["jobs", "hold", connectionString]);
        var claimed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var worker = new JobWorker(store, _ => claimed.TrySetResult(), _ => { });
        var clock = Stopwatch.StartNew();
        await holder.KillAsync();
        await claimed.Task.WaitAsync(s_within);
        place.Figures["recovery_seconds"] = Math.Round(clock.Elapsed.TotalSeconds, 2);
        Console.WriteLine($"{place.Engine}: recovered after {clock.Elapsed.TotalSeconds:0.0} s");
    }

    private static double Number(string[] arguments, string name, double unless) =>
        Array.IndexOf(arguments, name) is var at and >= 0 ? double.Parse(arguments[at + 1], CultureInfo.InvariantCulture) : unless;

    /// <summary>An engine, and what was measured on it.</summary>
    private sealed class Place(string engine) : IAsyncDisposable
    {
        private readonly ScratchFolder _folder = new();
        private readonly List<PostgresDatabase> _databases = [];
        private int _files;

        public string Engine => engine;

        public bool IsOfManyProcesses => engine == "postgres";

        public Dictionary<string, object> Figures { get; } = new(StringComparer.Ordinal);

        /// <summary>The connection string of an empty database: what one measurement leaves behind is no matter to the next.</summary>
        public async Task<string> NewAsync()
        {
            string connectionString;
            if (IsOfManyProcesses)
            {
                _databases.Add(PostgresServer.NewDatabase(isDurable: true));
                connectionString = _databases[^1].ConnectionString;
            }
            else
            {
                connectionString = $"Data Source={Path.Combine(_folder.Path, $"{_files++}.db")}";
            }

            await using var store = SampleWrite.Open(connectionString);
            return connectionString;
        }

        public void Set(string figure, IReadOnlyCollection<double> rounds, int digits)
        {
            Figures[figure] = Math.Round(Statistics.Median(rounds), digits);
            Figures[figure + "_spread"] = Math.Round(Statistics.Spread(rounds), digits);
            Console.WriteLine($"{engine}, {figure}: {string.Join(", ", rounds.Select(r => Math.Round(r, digits)))}");
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var database in _databases)
            {
                await database.DisposeAsync();
            }

            _folder.Dispose();
        }
    }
}
