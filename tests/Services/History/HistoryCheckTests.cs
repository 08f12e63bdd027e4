using OrionPlatform.Domain;

namespace OrionPlatform.Services.Tests;

/// <summary>The checks find what they are there for: each of these histories is good but for one thing.</summary>
[Trait("Store", "once")]
public sealed class HistoryCheckTests
{
    private static readonly string[] s_whole =
    [
        AllocationState.Requested, AllocationState.Provisioning, "placed", AllocationState.Active, AllocationState.Releasing,
        AllocationState.Released,
    ];

    private readonly List<ClientCall> _calls =
    [
        Call(CallKind.Create, "k1", 1, 2, "al_1", AllocationState.Requested),
        Call(CallKind.Read, "r1", 3, 4, "al_1", AllocationState.Active),
        Call(CallKind.Release, "d1", 5, 6, "al_1", AllocationState.Releasing),
        Call(CallKind.Create, "k2", 7, 8, "al_2", AllocationState.Requested),
        Call(CallKind.Create, "k3", 9, 10, result: CallResult.Refused, code: "store_busy"),
        Call(CallKind.Create, "k4", 11, 12, result: CallResult.Unknown, code: "store_outcome_unknown"),
    ];

    private readonly List<JournalStep> _steps = [.. Path("al_1", "k1", s_whole), .. Path("al_2", "k2", s_whole[..4])];
    private readonly Dictionary<string, string> _states = new() { ["al_1"] = AllocationState.Released, ["al_2"] = AllocationState.Active };
    private readonly List<string> _started = ["al_1", "al_2"];
    private readonly List<string> _running = ["al_2"];

    [Fact]
    public void A_good_history_passes() => Assert.Empty(Violations());

    [Fact]
    public void An_unknown_end_may_be_either()
    {
        _steps.AddRange(Path("al_4", "k4", s_whole[..4]));
        _states["al_4"] = AllocationState.Active;
        _started.Add("al_4");
        _running.Add("al_4");

        Assert.Empty(Violations());
    }

    [Fact]
    public void A_lost_request_is_found()
    {
        _steps.RemoveAll(s => s.AllocationId == "al_2");
        _states.Remove("al_2");
        _started.Remove("al_2");
        _running.Remove("al_2");

        IsFound("requests: k2 is lost");
        IsFound("al_2 was acknowledged to k2 and is not there");
    }

    [Fact]
    public void A_request_that_was_done_twice_under_one_key_is_found()
    {
        _steps.AddRange(Path("al_9", "k2", s_whole[..4]));
        _states["al_9"] = AllocationState.Active;
        _started.Add("al_9");
        _running.Add("al_9");

        IsFound("requests: k2 is done 2 times");
    }

    [Fact]
    public void Two_answers_for_one_key_are_found()
    {
        _calls.Add(Call(CallKind.Create, "k1", 13, 14, "al_2", AllocationState.Requested) with { IsReplay = true });

        IsFound("k1 was answered with al_1 and al_2");
    }

    [Fact]
    public void A_refused_request_that_left_something_is_found()
    {
        _steps.Add(Step("al_3", "k3", AllocationState.Requested));

        IsFound("requests: k3 was refused and is done");
    }

    [Fact]
    public void An_allocation_that_nobody_asked_for_is_found()
    {
        _steps.AddRange(Path("al_5", "k5", s_whole[..4]));

        IsFound("requests: k5 has no cause");
    }

    [Fact]
    public void A_request_that_is_never_placed_is_found()
    {
        _steps.RemoveAll(s => s is { AllocationId: "al_2", What: "placed" or AllocationState.Active });
        _states["al_2"] = AllocationState.Provisioning;

        IsFound("placements: al_2 is lost");
    }

    [Fact]
    public void A_process_that_was_started_twice_or_for_nobody_is_found()
    {
        _started.AddRange(["al_1", "al_7"]);

        IsFound("processes started: al_1 is done 2 times");
        IsFound("processes started: al_7 has no cause");
    }

    [Fact]
    public void A_process_that_was_never_started_is_found()
    {
        _started.Remove("al_2");

        IsFound("processes started: al_2 is lost");
    }

    [Fact]
    public void A_process_of_what_was_released_and_one_that_is_missing_are_found()
    {
        _running.Clear();
        _running.Add("al_1");

        IsFound("processes that run: al_1 was refused and is done");
        IsFound("processes that run: al_2 is lost");
    }

    [Fact]
    public void A_lost_release_is_found()
    {
        _steps.RemoveAll(s => s.What is AllocationState.Releasing or AllocationState.Released);
        _states["al_1"] = AllocationState.Active;

        IsFound("releases: al_1 is lost");
        IsFound("the release of al_1 was acknowledged, and it is active");
    }

    [Fact]
    public void A_release_that_never_ends_is_found()
    {
        _steps.RemoveAll(s => s.What == AllocationState.Released);
        _states["al_1"] = AllocationState.Releasing;

        IsFound("ends: al_1 is lost");
    }

    [Fact]
    public void A_release_that_nobody_asked_for_is_found()
    {
        _steps.Add(Step("al_2", "k2", AllocationState.Releasing));

        IsFound("releases: al_2 has no cause");
    }

    [Fact]
    public void A_way_that_no_allocation_goes_is_found()
    {
        _steps.Insert(4, Step("al_1", "k1", AllocationState.Provisioning));

        IsFound("al_1 went from 'active' to 'provisioning'");
    }

    [Fact]
    public void A_row_that_is_not_where_its_facts_end_is_found()
    {
        _states["al_2"] = AllocationState.Released;

        IsFound("al_2 is 'released' and the journal ends with 'active'");
    }

    [Fact]
    public void An_allocation_of_another_tenant_or_size_is_found()
    {
        _steps[0] = _steps[0] with { Tenant = "globex" };
        _steps[6] = _steps[6] with { Slots = 2 };

        IsFound("k1 asked for 1 of acme and got");
        IsFound("k2 asked for 1 of acme and got");
        IsFound("al_1 changed hands or size");
    }

    [Fact]
    public void An_answer_that_is_older_than_one_before_the_question_is_found_at_whatever_reader()
    {
        _calls.Add(Call(CallKind.Read, "r2", 6.5, 7, "al_1", AllocationState.Active));

        IsFound("al_1 went back");
    }

    [Fact]
    public void Of_two_answers_at_the_same_time_either_may_be_the_older()
    {
        _calls.Add(Call(CallKind.Read, "r2", 5.5, 7, "al_1", AllocationState.Active));

        Assert.Empty(Violations());
    }

    [Fact]
    public void An_allocation_that_is_not_found_after_it_was_acknowledged_is_found()
    {
        _calls.Add(Call(CallKind.Read, "r2", 9, 10, "al_2", result: CallResult.Refused, code: "allocation_not_found"));

        IsFound("al_2 went back");
    }

    [Fact]
    public void A_state_that_never_was_is_found()
    {
        _calls.Add(Call(CallKind.Read, "r2", 9, 10, "al_2", AllocationState.Failed));

        IsFound("al_2 was never 'failed'");
    }

    [Fact]
    public void A_release_that_is_seen_before_anybody_asked_for_it_is_found()
    {
        _calls.Add(Call(CallKind.Read, "r2", 4, 4.5, "al_1", AllocationState.Releasing));

        IsFound("al_1 was being released before anybody asked for it");
    }

    [Fact]
    public void A_refusal_without_a_name_is_found()
    {
        _calls.Add(Call(CallKind.Read, "r2", 9, 10, "al_2", result: CallResult.Refused, code: "internal"));

        IsFound("refused without name");
    }

    [Fact]
    public void A_failure_is_found()
    {
        _steps.Add(Step("al_2", "k2", AllocationState.Failed));
        _states["al_2"] = AllocationState.Failed;

        IsFound("al_2 failed, though it had the time");
    }

    private void IsFound(string violation) => Assert.Contains(Violations(), v => v.StartsWith(violation, StringComparison.Ordinal));

    private IReadOnlyList<string> Violations() => HistoryCheck.Violations(
        _calls, new FoundWorld { Steps = _steps, States = _states, Started = _started, Running = _running });

    private static IEnumerable<JournalStep> Path(string id, string key, string[] steps) => steps.Select(what => Step(id, key, what));

    private static JournalStep Step(string id, string key, string what) => new(id, what, "acme", 1, key);

    private static ClientCall Call(
        CallKind kind, string key, double asked, double answered, string? id = null, string? state = null,
        CallResult result = CallResult.Done, string? code = null) => new()
        {
            Kind = kind,
            Key = key,
            By = "client 1 at api 1",
            Tenant = "acme",
            AllocationId = id,
            Slots = 1,
            Asked = TimeSpan.FromSeconds(asked),
            Answered = TimeSpan.FromSeconds(answered),
            Result = result,
            Code = code,
            State = state,
        };
}
