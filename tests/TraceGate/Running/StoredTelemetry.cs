using System.Collections.Concurrent;
using Orion.Sink.Reading;
using Orion.Sink.Rows;

namespace OrionPlatform.TraceGate.Tests;

/// <summary>Reads all that a platform stored.</summary>
internal static class StoredTelemetry
{
    private const int PageSize = 1000;

    private static readonly ParallelOptions s_several = new() { MaxDegreeOfParallelism = 4 };

    public static async Task<(IReadOnlyList<CanonicalLine> Lines, IReadOnlyList<SpanRow> Spans,
        IReadOnlyList<LogRow> Logs)> ReadAsync(string folder)
    {
        await using var reader = new TelemetryReader(folder, TimeProvider.System);
        var lines = await AllAsync(after => reader.LinesAsync(new TraceQuery { Limit = PageSize, After = after }));
        var logs = await AllAsync(after => reader.LogsAsync(new LogQuery { Limit = PageSize, After = after }));
        var traces = new ConcurrentBag<TraceData>();
        await Parallel.ForEachAsync(lines.Select(l => l.TraceId).Distinct(), s_several, async (trace, cancellationToken) =>
        {
            // A story's lines have their links; a list's have not.
            foreach (var found in (await reader.StoryAsync(trace, cancellationToken))?.Traces.Where(t => t.TraceId == trace) ?? [])
            {
                traces.Add(found);
            }
        });

        return ([.. traces.SelectMany(t => t.Lines)], [.. traces.SelectMany(t => t.Spans)], logs);
    }

    /// <summary>Services whose processes have told that they live.</summary>
    public static async Task<IReadOnlySet<string>> BeatingAsync(string folder)
    {
        await using var reader = new TelemetryReader(folder, TimeProvider.System);
        return (await reader.HeartbeatsAsync()).Select(h => h.Beat.Service).ToHashSet(StringComparer.Ordinal);
    }

    private static async Task<IReadOnlyList<T>> AllAsync<T>(Func<string?, Task<Page<T>>> read)
    {
        List<T> all = [];
        string? after = null;
        do
        {
            var page = await read(after);
            all.AddRange(page.Items);
            after = page.Next;
        }
        while (after is not null);

        return all;
    }
}
