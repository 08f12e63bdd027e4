using System.Diagnostics;
using System.Globalization;

namespace OrionPlatform.Services.Tests;

/// <summary>What a client asked for.</summary>
internal enum CallKind
{
    /// <summary>A new allocation.</summary>
    Create,

    /// <summary>To give one back.</summary>
    Release,

    /// <summary>How one is.</summary>
    Read,
}

/// <summary>What a client learned from the answer, or from its absence.</summary>
internal enum CallResult
{
    /// <summary>It is done.</summary>
    Done,

    /// <summary>It is not done, and will not be.</summary>
    Refused,

    /// <summary>No answer, or one that says so: it may be done, also later.</summary>
    Unknown,
}

/// <summary>One request of a client and its end.</summary>
internal sealed record ClientCall
{
    public required CallKind Kind { get; init; }

    /// <summary>
    /// Tells this wish from all others; a wish that is asked again keeps it. The platform knows it as the correlation id, and so says of
    /// each fact which wish it came from.
    /// </summary>
    public required string Key { get; init; }

    /// <summary>Who asked where: <c>client 2 at api 1</c>.</summary>
    public required string By { get; init; }

    public required string Tenant { get; init; }

    /// <summary>Which allocation; of a create, what the answer said.</summary>
    public string? AllocationId { get; init; }

    /// <summary>Of a create, how many were asked for.</summary>
    public int Slots { get; init; }

    public required TimeSpan Asked { get; init; }

    public required TimeSpan Answered { get; init; }

    public required CallResult Result { get; init; }

    /// <summary>The refusal's error code; of an unknown end, what is known of it.</summary>
    public string? Code { get; init; }

    /// <summary>The allocation's state as the answer had it.</summary>
    public string? State { get; init; }

    /// <summary>Whether the answer is one that was given before: it tells of then, not of now.</summary>
    public bool IsReplay { get; init; }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Asked.TotalSeconds,8:0.000} .. {Answered.TotalSeconds,8:0.000} {By} {Kind} {Key} {AllocationId} {Result} {Code} {State}")
        + (IsReplay ? " (replay)" : "");
}

/// <summary>All that clients did and learned, and what was done to the platform meanwhile, by one clock.</summary>
internal sealed class RecordedHistory
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly List<ClientCall> _calls = [];
    private readonly List<(TimeSpan At, string What)> _faults = [];

    public TimeSpan Now => _clock.Elapsed;

    public IReadOnlyList<ClientCall> Calls
    {
        get
        {
            lock (_calls)
            {
                return [.. _calls];
            }
        }
    }

    public void Add(ClientCall call)
    {
        lock (_calls)
        {
            _calls.Add(call);
        }
    }

    /// <summary>Notes what was done to the platform.</summary>
    public void Note(string what)
    {
        lock (_faults)
        {
            _faults.Add((Now, what));
        }
    }

    /// <summary>What was done to the platform, a line each.</summary>
    public string Faults()
    {
        lock (_faults)
        {
            return string.Join(
                '\n', _faults.Select(f => string.Create(CultureInfo.InvariantCulture, $"{f.At.TotalSeconds,8:0.000} ** {f.What}")));
        }
    }

    /// <summary>How many calls of each kind ended how.</summary>
    public string Summary() => string.Join('\n', Calls.GroupBy(c => (c.Kind, c.Result, Code: c.Result == CallResult.Done ? null : c.Code))
        .OrderBy(g => g.Key.Kind).ThenBy(g => g.Key.Result).ThenByDescending(g => g.Count())
        .Select(g => $"{g.Count(),6} {g.Key.Kind} {g.Key.Result} {g.Key.Code}"));

    /// <summary>Everything, in the order of ends.</summary>
    public override string ToString() => Faults() + "\n" + string.Join('\n', Calls.OrderBy(c => c.Answered));
}

/// <summary>A fact of an allocation, as the journal has it.</summary>
/// <param name="AllocationId">The allocation.</param>
/// <param name="What">What became of it: a state, or <c>placed</c>.</param>
/// <param name="Tenant">Whose it is.</param>
/// <param name="Slots">How many slots it takes.</param>
/// <param name="Key">The wish that it came from, <see cref="ClientCall.Key"/>.</param>
internal sealed record JournalStep(string AllocationId, string What, string Tenant, int Slots, string? Key);

/// <summary>What there is when all is done.</summary>
internal sealed record FoundWorld
{
    /// <summary>The allocations' facts in the order of the journal.</summary>
    public required IReadOnlyList<JournalStep> Steps { get; init; }

    /// <summary>The states of the allocations' rows.</summary>
    public required IReadOnlyDictionary<string, string> States { get; init; }

    /// <summary>The allocation of each process that was ever started.</summary>
    public required IReadOnlyList<string> Started { get; init; }

    /// <summary>The allocation of each process that runs.</summary>
    public required IReadOnlyList<string> Running { get; init; }
}
