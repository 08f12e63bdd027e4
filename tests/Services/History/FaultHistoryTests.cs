using System.Globalization;
using OrionPlatform.Tests;
using Xunit.Abstractions;

namespace OrionPlatform.Services.Tests;

/// <summary>Alone: eight processes that are killed and started again leave others little of two processors.</summary>
[CollectionDefinition(nameof(FaultHistoryTests), DisableParallelization = true)]
public sealed class FaultHistoryAlone;

/// <summary>
/// Two apis, several workers and node agents on one store, clients that write down what they are told, and everything that can happen to
/// processes, network and database: nothing that was acknowledged is lost, nothing is done twice, every refusal has a name.
/// </summary>
[Collection(nameof(FaultHistoryTests))]
public sealed class FaultHistoryTests(ITestOutputHelper output)
{
    private static readonly TimeSpan s_drain = TimeSpan.FromSeconds(120);

    // One round; ORION_HISTORY_SECONDS=300 goes on with further ones for so long.
    private static readonly TimeSpan s_length = TimeSpan.FromSeconds(Number("ORION_HISTORY_SECONDS") ?? 0);

    // Another one each time: what is done to whom in which order is its own, when exactly it meets whom is the machine's.
    private static readonly int s_seed = Number("ORION_HISTORY_SEED") ?? Random.Shared.Next(100_000);

    [LinuxFact]
    public async Task Whatever_fails_nothing_is_lost_or_done_twice_and_every_refusal_is_named()
    {
        var history = new RecordedHistory();
        await using var platform = await FaultyPlatform.StartAsync(StoreDatabase.IsPostgres);
        var faults = new FaultRunner(platform, history);
        history.Note($"the platform runs; the seed is {s_seed}");
        try
        {
            await RunAsync(platform, faults, history);
            IReadOnlyList<string> pending = [];
            await Eventually.TrueAsync(
                async () => (pending = await platform.World.PendingAsync()).Count == 0
                    || pending.Any(p => p.EndsWith("dead", StringComparison.Ordinal)),
                "nothing is left to do",
                s_drain);
            history.Note("drained");
            FoundWorld world = null!;
            await Eventually.TrueAsync(
                async () =>
                {
                    world = await platform.World.ReadAsync();
                    return !world.Running.Except(world.Started).Any();
                },
                "each process has written that it was started");
            output.WriteLine(
                $"Seed {s_seed}; {faults.TakenOver} jobs taken over, {platform.LeasesFoundLost} times found out by who had held one; "
                + $"{world.States.Count} allocations; {world.Started.Count} processes.\n{history.Summary()}\n{history.Faults()}");

            Assert.Empty(pending);
            Assert.True(faults.TakenOver > 0, "No lease was taken over.");
            var violations = HistoryCheck.Violations(history.Calls, world);
            Assert.True(violations.Count == 0, string.Join('\n', violations.Take(50)));
        }
        catch (Exception e)
        {
            var file = await WriteDownAsync(platform, history, e);
            throw new Xunit.Sdk.XunitException($"{e.Message}\nThe seed is {s_seed}; all is in {file}.", e);
        }
    }

    /// <summary>Clients work while the rounds of faults go by; returns when each knows how everything ended.</summary>
    private static async Task RunAsync(FaultyPlatform platform, FaultRunner faults, RecordedHistory history)
    {
        using var enough = new CancellationTokenSource();
        using var deadline = new CancellationTokenSource();
        var tenants = ((IEnumerable<string>)["acme", "globex"]).ToDictionary(t => t, platform.Clients);
        var clients = Enumerable.Range(0, 6)
            .Select(number => (Number: number, Tenant: tenants.Keys.ElementAt(number % 2)))
            .Select(c => new HistoryClient(c.Number, c.Tenant, new Random(s_seed + c.Number), tenants[c.Tenant], history))
            .Select(c => Task.Run(() => c.RunAsync(enough.Token, deadline.Token)))
            .ToList();
        try
        {
            foreach (var round in FaultSchedule.Rounds(s_seed, platform.Server is not null, apis: 2, platform.Workers, platform.Agents))
            {
                await faults.RunAsync(round);
                if (history.Now >= s_length || clients.Exists(c => c.IsCompleted))
                {
                    break;
                }
            }
        }
        finally
        {
            await enough.CancelAsync();
            deadline.CancelAfter(s_drain);
            await Task.WhenAll(clients);
            foreach (var client in tenants.Values.SelectMany(c => c))
            {
                client.Dispose();
            }
        }
    }

    private static async Task<string> WriteDownAsync(FaultyPlatform platform, RecordedHistory history, Exception failure)
    {
        var engine = StoreDatabase.IsPostgres ? "postgres" : "sqlite";
        var file = Path.Combine(Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"orion-history-{engine}-{s_seed}.txt"));
        await File.WriteAllTextAsync(
            file, string.Join("\n\n", failure, history.Summary(), history, await WorldAsync(platform), platform.Output));
        return file;
    }

    private static async Task<string> WorldAsync(FaultyPlatform platform)
    {
        try
        {
            var world = await platform.World.ReadAsync();
            return string.Join(
                '\n',
                [
                    .. world.Steps.Select(s => s.ToString()), .. world.Started.Select(id => "started: " + id),
                    .. world.Running.Select(id => "runs: " + id), .. await platform.World.PendingAsync(),
                ]);
        }
        catch (Exception e) when (e is System.Data.Common.DbException or IOException)
        {
            return $"The store cannot be read: {e.Message}";
        }
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : null;
}
