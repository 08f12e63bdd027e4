using System.Diagnostics;
using Orion.Sink.Rows;
using Orion.Sink.Segments;

namespace Orion.Sink.Reading;

/// <summary>Collects a trace with its causes and consequences, following span links both ways through all segments.</summary>
internal sealed class StoryRead : IDisposable
{
    public const int MaxTraces = 32;
    public const int MaxSpans = 2_000;

    /// <summary>
    /// Repaints of live pages that are shown of what one trace changed: every viewer has one, and they must not crowd out what else it
    /// caused.
    /// </summary>
    public const int MaxPaints = 8;

    private readonly SegmentReads _reads;
    private readonly List<SegmentTraces> _segments = [];
    private readonly Queue<ActivityTraceId> _next = new();
    private readonly HashSet<ActivityTraceId> _seen = [];
    private readonly List<TraceData> _traces = [];
    private int _spans;
    private bool _truncated;

    private StoryRead(string directory, ReadLimit limit)
    {
        _reads = new SegmentReads(directory, limit);
        foreach (var day in SegmentFiles.Days(directory))
        {
            foreach (var path in _reads.Of(day))
            {
                if (_reads.TryOpen(path) is { } segment && !_reads.Try(path, () => _segments.Add(new SegmentTraces(segment))))
                {
                    segment.Dispose();
                }
            }
        }
    }

    public static Story? Read(string directory, ActivityTraceId asked, ReadLimit limit)
    {
        using var read = new StoryRead(directory, limit);
        return read.Follow(asked);
    }

    public void Dispose() => _segments.ForEach(s => s.Dispose());

    private Story? Follow(ActivityTraceId asked)
    {
        See(asked);
        while (_next.TryDequeue(out var trace))
        {
            var data = Collect(trace);
            if (data.Lines.Count > 0 || data.Spans.Count > 0)
            {
                _traces.Add(data);
            }
        }

        if (!_traces.Exists(t => t.TraceId == asked))
        {
            return _reads.Skipped.Count == 0 ? null : new Story(asked, [], _truncated) { Skipped = _reads.Skipped };
        }

        _traces.Sort((a, b) => Start(a).CompareTo(Start(b)));
        return new Story(asked, _traces, _truncated) { Skipped = _reads.Skipped };
    }

    private TraceData Collect(ActivityTraceId trace)
    {
        var lines = new List<CanonicalLine>();
        var spans = new List<SpanRow>();
        var paints = new List<ActivityTraceId>();
        foreach (var segment in _segments)
        {
            _reads.Try(segment.Path, () =>
            {
                segment.Read(trace, MaxSpans - _spans - lines.Count - spans.Count + 1, lines, spans);
                segment.Linked(trace, MaxTraces + 1).ForEach(See);
                paints.AddRange(segment.Paints(trace, MaxPaints + 1));
            });
        }

        paints.RemoveAll(_seen.Contains);
        paints.Take(MaxPaints).ToList().ForEach(See);
        _truncated |= paints.Count > MaxPaints;

        lines.Sort((a, b) => a.StartUnixNanos.CompareTo(b.StartUnixNanos));
        spans.Sort((a, b) => a.StartUnixNanos.CompareTo(b.StartUnixNanos));
        var excess = _spans + lines.Count + spans.Count - MaxSpans;
        if (excess > 0)
        {
            _truncated = true;
            spans.RemoveRange(Math.Max(0, spans.Count - excess), Math.Min(excess, spans.Count));
        }

        _spans += lines.Count + spans.Count;
        return new TraceData(trace, lines, spans);
    }

    private void See(ActivityTraceId trace)
    {
        if (_seen.Contains(trace))
        {
            return;
        }

        if (_seen.Count == MaxTraces)
        {
            _truncated = true;
            return;
        }

        _seen.Add(trace);
        _next.Enqueue(trace);
    }

    private static long Start(TraceData trace) => Math.Min(
        trace.Lines.Count > 0 ? trace.Lines[0].StartUnixNanos : long.MaxValue,
        trace.Spans.Count > 0 ? trace.Spans[0].StartUnixNanos : long.MaxValue);
}
