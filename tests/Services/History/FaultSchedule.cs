namespace OrionPlatform.Services.Tests;

/// <summary>What can be done to a platform.</summary>
internal enum FaultKind
{
    /// <summary>kill -9 of a worker, which is started again.</summary>
    KillWorker,

    /// <summary>kill -9 of an api, which is started again.</summary>
    KillApi,

    /// <summary>kill -9 of a node agent, which is started again and takes over the processes that it finds.</summary>
    KillAgent,

    /// <summary>kill -9 of an api and of a worker at the same time.</summary>
    KillBoth,

    /// <summary>Nothing gets through between a worker and its database; then its connections break; then it is as before.</summary>
    CutWorker,

    /// <summary>The same of an api.</summary>
    CutApi,

    /// <summary>PostgreSQL crashes and is started again.</summary>
    CrashServer,

    /// <summary>Another program has the SQLite file locked.</summary>
    HoldFile,
}

/// <summary>One fault of a round.</summary>
/// <param name="Kind">What.</param>
/// <param name="Target">To the how manieth of its kind.</param>
/// <param name="After">How long after the one before it has ended.</param>
/// <param name="Lasts">How long it lasts, where that can be chosen.</param>
/// <param name="CommitArrives">Of a cut: whether the commit that it meets has still got through, and only its answer has not.</param>
internal sealed record PlannedFault(FaultKind Kind, int Target, TimeSpan After, TimeSpan Lasts, bool CommitArrives);

/// <summary>A worker that stands still for longer than its lease, and what happens to the others meanwhile, one after the other.</summary>
/// <param name="Paused">Which worker.</param>
/// <param name="Faults">What else.</param>
internal sealed record FaultRound(int Paused, IReadOnlyList<PlannedFault> Faults);

/// <summary>Rounds of faults; the same for the same seed.</summary>
internal static class FaultSchedule
{
    private static readonly FaultKind[] s_postgres =
    [
        FaultKind.KillWorker, FaultKind.KillApi, FaultKind.KillAgent, FaultKind.CutWorker, FaultKind.CutApi, FaultKind.CrashServer,
    ];

    private static readonly FaultKind[] s_sqlite =
        [FaultKind.KillWorker, FaultKind.KillApi, FaultKind.KillAgent, FaultKind.KillBoth, FaultKind.HoldFile];

    /// <summary>Rounds without end, each with every fault that the engine has.</summary>
    public static IEnumerable<FaultRound> Rounds(int seed, bool isPostgres, int apis, int workers, int agents)
    {
        var random = new Random(seed);
        for (var round = 0; ; round++)
        {
            var paused = random.Next(workers);
            var kinds = isPostgres ? s_postgres : s_sqlite;
            var faults = new List<PlannedFault>();
            foreach (var kind in random.GetItems(kinds, round == 0 ? 0 : random.Next(4)).Concat(kinds))
            {
                var target = kind switch
                {
                    FaultKind.KillApi or FaultKind.CutApi => random.Next(apis),
                    FaultKind.KillAgent => random.Next(agents),

                    // The one that stands still is left alone.
                    _ => (paused + random.Next(1, workers)) % workers,
                };

                // In the first round short, so that a run of one round ends soon; later also for longer than a lease.
                var longest = round == 0 ? 2 : random.Next(5) == 0 ? 18 : 5;
                faults.Add(new PlannedFault(
                    kind, target, TimeSpan.FromSeconds(random.NextDouble() * (round == 0 ? 0.8 : 1.5)),
                    TimeSpan.FromSeconds(0.3 + (random.NextDouble() * longest)), random.Next(2) == 0));
            }

            yield return new FaultRound(paused, random.Shuffled(faults));
        }
    }

    private static List<T> Shuffled<T>(this Random random, List<T> items)
    {
        var array = items.ToArray();
        random.Shuffle(array);
        return [.. array];
    }
}
