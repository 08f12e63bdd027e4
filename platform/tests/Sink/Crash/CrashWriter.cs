using System.Diagnostics;
using Orion.Sink.Audit;
using Orion.Sink.Loss;
using Orion.Sink.Rows;
using Orion.Sink.Segments;

namespace Orion.Sink.Tests;

/// <summary>
/// A process that writes telemetry until it is killed. It tells on standard output what it may be held to: <c>audit ID</c> once an entry is
/// acknowledged, <c>flushed N</c> once so many lines have been flushed, and <c>writing N M</c> while a batch is on its way: N lines are
/// handed over, M of them were committed already, by a flush or by a flush interval.
/// </summary>
internal static class CrashWriter
{
    /// <summary>Lines it hands over between two reports.</summary>
    public const int PerRound = 300;

    public static async Task RunAsync(string directory, string name)
    {
        var sink = new TelemetrySink(
            new TelemetrySinkOptions { Directory = directory, Process = name, FlushInterval = TimeSpan.FromMilliseconds(20) },
            TimeProvider.System);
        await sink.FlushAsync();
        await using var checkpointer = new Checkpointer(SegmentFiles.CentralPath(directory));
        var lines = 0;
        for (var round = 0; ; round++)
        {
            for (var i = 0; i < PerRound; i++, lines++)
            {
                sink.Record(Line());
            }

            var entry = new AuditEntry { Component = name, Action = "round" };
            await sink.Audit.LogAsync(entry);
            // The full stop tells a whole line from one that the kill cut off.
            Console.WriteLine($"audit {entry.Id} .");
            if (round % 3 == 2)
            {
                await sink.FlushAsync();
                Console.WriteLine($"flushed {lines}");
            }

            Console.WriteLine($"writing {lines} {sink.Accounts().Single(a => a.Stream == Streams.Lines).Stored} .");
        }
    }

    public static CanonicalLine Line() => new()
    {
        TraceId = ActivityTraceId.CreateRandom(),
        SpanId = ActivitySpanId.CreateRandom(),
        Service = "victim",
        Name = "GET /x",
        LineKind = CanonicalLine.Request,
        Surface = "public",
        Route = "/x",
        StartUnixNanos = UnixTime.Nanos(DateTimeOffset.UtcNow),
        DurationNanos = 1_000_000,
        Attributes = [new("padding", new string('x', 200))],
    };
}
