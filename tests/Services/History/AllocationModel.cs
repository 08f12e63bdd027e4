using OrionPlatform.Domain;

namespace OrionPlatform.Services.Tests;

/// <summary>
/// What an allocation is to those who ask for it: a register that goes its legal way, of which an answer never shows a state that is older
/// than what anybody was told before the question.
/// </summary>
internal static class AllocationModel
{
    private const string Placed = "placed";
    private const string NotFound = "allocation_not_found";

    private static readonly Dictionary<string, string[]> s_next = new()
    {
        [""] = [AllocationState.Requested],
        [AllocationState.Requested] = [AllocationState.Provisioning, AllocationState.Releasing, AllocationState.Failed],
        [AllocationState.Provisioning] = [Placed, AllocationState.Releasing, AllocationState.Failed],
        [Placed] = [AllocationState.Active, AllocationState.Releasing, AllocationState.Failed],
        [AllocationState.Active] = [AllocationState.Releasing, AllocationState.Failed],
        [AllocationState.Releasing] = [AllocationState.Released],
        [AllocationState.Released] = [],
        [AllocationState.Failed] = [],
    };

    /// <summary>A sentence for each thing that is wrong.</summary>
    public static IEnumerable<string> Check(IReadOnlyList<ClientCall> calls, FoundWorld world)
    {
        var paths = world.Steps.GroupBy(s => s.AllocationId).ToDictionary(g => g.Key, g => g.ToList());
        var told = calls.Where(c => c.AllocationId is not null).ToLookup(c => c.AllocationId!);
        return
        [
            .. paths.SelectMany(p => OfPath(p.Key, p.Value, world.States.GetValueOrDefault(p.Key))),
            .. world.States.Keys.Except(paths.Keys).Select(id => $"{id} has a row and no fact"),
            .. calls.Where(c => c.Kind == CallKind.Create).GroupBy(c => c.Key).SelectMany(wish => OfCreate(wish.Key, [.. wish], paths)),
            .. told.SelectMany(t => OfAnswers(t.Key, [.. t], paths.GetValueOrDefault(t.Key) ?? [])),
        ];
    }

    /// <summary>The facts are a way through the states, all of the same allocation, and the row is where it ends.</summary>
    private static IEnumerable<string> OfPath(string id, List<JournalStep> path, string? state)
    {
        var before = "";
        foreach (var step in path)
        {
            if (!s_next[before].Contains(step.What))
            {
                yield return $"{id} went from '{before}' to '{step.What}'";
            }

            if (step.Tenant != path[0].Tenant || step.Slots != path[0].Slots)
            {
                yield return $"{id} changed hands or size: {path[0]}, {step}";
            }

            before = s_next.ContainsKey(step.What) ? step.What : before;
        }

        var end = before == Placed ? AllocationState.Provisioning : before;
        if (state != end)
        {
            yield return $"{id} is '{state}' and the journal ends with '{end}'";
        }
    }

    /// <summary>One wish, one allocation, as it was asked for; and none of one that was refused (which its queue tells).</summary>
    private static IEnumerable<string> OfCreate(string key, List<ClientCall> wish, Dictionary<string, List<JournalStep>> paths)
    {
        var answers = wish.Where(c => c.Result == CallResult.Done).Select(c => c.AllocationId).Distinct().ToList();
        if (answers.Count > 1)
        {
            yield return $"{key} was answered with {string.Join(" and ", answers)}";
        }

        foreach (var id in answers)
        {
            if (!paths.TryGetValue(id!, out var path))
            {
                yield return $"{id} was acknowledged to {key} and is not there";
            }
            else if (path[0].Key != key || path[0].Tenant != wish[0].Tenant || path[0].Slots != wish[0].Slots)
            {
                yield return $"{key} asked for {wish[0].Slots} of {wish[0].Tenant} and got {path[0]}";
            }
        }
    }

    private static IEnumerable<string> OfAnswers(string id, List<ClientCall> calls, List<JournalStep> path)
    {
        var releases = calls.Where(c => c.Kind == CallKind.Release).ToList();
        if (releases.Exists(c => c.Result == CallResult.Done && c.State != AllocationState.Failed)
            && path is not [.., { What: AllocationState.Released }])
        {
            yield return $"the release of {id} was acknowledged, and it is {(path.Count == 0 ? "not there" : path[^1].What)}";
        }

        var firstRelease = releases.Count == 0 ? TimeSpan.MaxValue : releases.Min(c => c.Asked);
        var answers = calls.Where(c => Rank(c) is not null).OrderBy(c => c.Answered).ToList();
        var highest = new ClientCall[answers.Count];
        for (var i = 0; i < answers.Count; i++)
        {
            highest[i] = i > 0 && Rank(highest[i - 1]) >= Rank(answers[i]) ? highest[i - 1] : answers[i];
        }

        foreach (var answer in answers)
        {
            if (answer.State is { } state && !path.Exists(s => s.What == state))
            {
                yield return $"{id} was never '{state}': {answer}";
            }

            if (answer.State is AllocationState.Releasing or AllocationState.Released && answer.Answered < firstRelease)
            {
                yield return $"{id} was being released before anybody asked for it: {answer}";
            }

            // Of a create the answer is about its own beginning.
            if (answer.Kind != CallKind.Create && Before(answers, answer.Asked) is > 0 and var ended
                && Rank(highest[ended - 1]) > Rank(answer))
            {
                yield return $"{id} went back: {highest[ended - 1]}, then {answer}";
            }
        }
    }

    /// <summary>How many answers were given before that time.</summary>
    private static int Before(List<ClientCall> answers, TimeSpan time)
    {
        var (low, high) = (0, answers.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = answers[middle].Answered < time ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    /// <summary>How far the allocation has come as the answer shows it; null when it shows nothing.</summary>
    private static int? Rank(ClientCall call) => call switch
    {
        { Code: NotFound } => -1,
        { Result: not CallResult.Done } or { IsReplay: true } => null,
        { State: AllocationState.Requested } => 0,
        { State: AllocationState.Provisioning } => 1,
        { State: AllocationState.Active } => 2,
        { State: AllocationState.Releasing } => 3,
        { State: AllocationState.Released or AllocationState.Failed } => 4,
        _ => null,
    };
}
