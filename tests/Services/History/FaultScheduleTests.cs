namespace OrionPlatform.Services.Tests;

[Trait("Store", "once")]
public sealed class FaultScheduleTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_seed_gives_the_same_rounds_again_and_another_seed_others(bool isPostgres)
    {
        Assert.Equal(Written(7, isPostgres), Written(7, isPostgres));
        Assert.NotEqual(Written(7, isPostgres), Written(8, isPostgres));
    }

    [Theory]
    [InlineData(true, 6)]
    [InlineData(false, 5)]
    public void Each_round_has_every_fault_and_leaves_the_worker_alone_that_stands_still(bool isPostgres, int kinds)
    {
        foreach (var round in Rounds(3, isPostgres))
        {
            Assert.Equal(kinds, round.Faults.Select(f => f.Kind).Distinct().Count());
            Assert.DoesNotContain(
                round.Faults,
                f => f.Kind is FaultKind.KillWorker or FaultKind.KillBoth or FaultKind.CutWorker && f.Target == round.Paused);
        }
    }

    private static IEnumerable<FaultRound> Rounds(int seed, bool isPostgres) =>
        FaultSchedule.Rounds(seed, isPostgres, apis: 2, workers: 3, agents: 2).Take(20);

    private static string Written(int seed, bool isPostgres) =>
        string.Join('\n', Rounds(seed, isPostgres).Select(r => $"{r.Paused}: {string.Join(", ", r.Faults)}"));
}
