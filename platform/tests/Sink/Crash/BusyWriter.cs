using System.Diagnostics;
using System.Text.Json;
using Orion.Sink.Alerts;
using Orion.Sink.Audit;
using Orion.Sink.Rows;

namespace Orion.Sink.Tests;

/// <summary>A process that writes every kind of row as fast as its sink takes them, and prints what it was refused.</summary>
internal static class BusyWriter
{
    public static async Task RunAsync(string directory, string name, double seconds)
    {
        var options = new TelemetrySinkOptions { Directory = directory, Process = name, FlushInterval = TimeSpan.FromMilliseconds(20) };
        var sink = new TelemetrySink(options, TimeProvider.System);
        var refused = 0;
        var (audits, lines) = (0, 0);
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed.TotalSeconds < seconds)
        {
            for (var i = 0; i < 200; i++, lines++)
            {
                var line = CrashWriter.Line();
                sink.Record(line);
                sink.Record(new LogRow
                {
                    UnixNanos = line.StartUnixNanos,
                    Level = Microsoft.Extensions.Logging.LogLevel.Information,
                    Service = name,
                    Category = "Busy",
                    Message = "wrote",
                    TraceId = line.TraceId,
                });
            }

            var now = DateTimeOffset.UtcNow;
            sink.Metrics.RecordSimple("orion.busy.lines", lines);
            sink.Track("round");
            sink.Record(new Heartbeat
            {
                Worker = name,
                Service = name,
                Host = "h",
                Pid = Environment.ProcessId,
                Time = now,
                Interval = TimeSpan.FromSeconds(5),
                StartedAt = now,
            });
            var alert = new AlertRow
            {
                Rule = "busy",
                Subject = name,
                Severity = "info",
                Summary = $"{lines}",
                OpenedAt = now,
                UpdatedAt = now,
            };
            refused += await sink.RaiseAlertAsync(alert) ? 0 : 1;
            var entry = new AuditEntry { Component = name, Action = "round" };
            refused += await Record.ExceptionAsync(() => sink.Audit.LogAsync(entry)) is null ? 0 : 1;
            audits++;
            await sink.FlushAsync();
        }

        await sink.DisposeAsync();
        Console.WriteLine(JsonSerializer.Serialize(new BusyOutcome(name, lines, audits, refused, sink.Accounts().Sum(a => a.Dropped))));
    }
}

/// <summary>What a <see cref="BusyWriter"/> did, and what of it was refused or dropped.</summary>
internal sealed record BusyOutcome(string Name, int Lines, int Audits, int Refused, long Dropped);
