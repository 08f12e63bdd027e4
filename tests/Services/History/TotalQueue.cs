namespace OrionPlatform.Services.Tests;

/// <summary>What is owed to whoever put something into a queue.</summary>
internal enum QueuePromise
{
    /// <summary>It was acknowledged: it comes out.</summary>
    Owed,

    /// <summary>Nobody knows whether it went in, or something else may have taken it back: it may come out.</summary>
    Possible,

    /// <summary>It was refused: it does not come out.</summary>
    Refused,
}

/// <summary>
/// Jepsen's total-queue check: of what went into a queue that was drained, all that was acknowledged came out, nothing twice, and
/// nothing that never went in.
/// </summary>
internal static class TotalQueue
{
    /// <summary>A sentence for each thing that is wrong.</summary>
    /// <param name="queue">What to call the queue.</param>
    /// <param name="enqueued">What went in, or may have.</param>
    /// <param name="effects">What came out, as often as it did.</param>
    public static IEnumerable<string> Check(
        string queue, IReadOnlyDictionary<string, QueuePromise> enqueued, IEnumerable<string> effects)
    {
        var cameOut = effects.CountBy(e => e).ToDictionary();
        foreach (var (id, promise) in enqueued)
        {
            if (promise == QueuePromise.Owed && !cameOut.ContainsKey(id))
            {
                yield return $"{queue}: {id} is lost";
            }
            else if (promise == QueuePromise.Refused && cameOut.ContainsKey(id))
            {
                yield return $"{queue}: {id} was refused and is done";
            }
        }

        foreach (var (id, times) in cameOut)
        {
            if (!enqueued.ContainsKey(id))
            {
                yield return $"{queue}: {id} has no cause";
            }

            if (times > 1)
            {
                yield return $"{queue}: {id} is done {times} times";
            }
        }
    }
}
