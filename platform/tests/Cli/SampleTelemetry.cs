using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Orion.Sink;
using Orion.Sink.Audit;
using Orion.Sink.Facts;
using Orion.Sink.Rows;

namespace Orion.Cli.Tests;

/// <summary>A folder that a sink is writing to while the tests read it. Its ids are those that the document's queries ask for.</summary>
public sealed class SampleTelemetry : IAsyncLifetime, IDisposable
{
    public const string Trace = "6bf92f3577b34da6a3ce929d0e0e4736";
    public const string Subject = "allocation/al_1";

    private readonly TempFolder _folder = new();
    private TelemetrySink? _sink;

    public string Directory => _folder.File("telemetry #1 50%");

    /// <summary>The day it was recorded on.</summary>
    public string Day { get; } = DateTime.UtcNow.ToString("yyyy-MM-dd");

    public TelemetrySink Sink => _sink!;

    public async Task InitializeAsync()
    {
        _sink = new TelemetrySink(new TelemetrySinkOptions { Directory = Directory, Process = "api" }, TimeProvider.System);
        for (var milliseconds = 1; milliseconds <= 200; milliseconds++)
        {
            _sink.Record(Line("/v1/slow", milliseconds));
            _sink.Record(Line("/v1/quick", 1));
        }

        var trace = ActivityTraceId.CreateFromString(Trace);
        var failed = Line("/v1/things", 30, trace);
        (failed.Status, failed.Outcome, failed.ErrorCode, failed.Tenant, failed.StatusCode) =
            (SpanStatus.Error, "error", "store_unavailable", "acme", 503);
        failed.CorrelationId = Trace;
        failed.Attributes = [new("db.system", "sqlite"), new("rows", 3L), new("quoted", "say \"hi\", then\ngo")];
        _sink.Record(failed);
        _sink.Record(new SpanRow
        {
            TraceId = trace,
            SpanId = ActivitySpanId.CreateRandom(),
            ParentSpanId = failed.SpanId,
            Service = "api",
            Name = "api.things.load",
            StartUnixNanos = failed.StartUnixNanos + 1_000_000,
            DurationNanos = 20_000_000,
        });
        _sink.Record(new LogRow
        {
            UnixNanos = failed.StartUnixNanos,
            Level = LogLevel.Information,
            Service = "api",
            Category = "Things",
            Message = "Loading",
            TraceId = trace,
        });
        _sink.Record(new LogRow
        {
            UnixNanos = failed.StartUnixNanos + 1_000_000,
            Level = LogLevel.Error,
            Service = "api",
            Category = "Things",
            Message = "The store is gone\u001b[31m",
        });
        RecordCentral();
        await _sink.Audit.LogAsync(new AuditEntry { Component = "ops-panel", Action = "alert.acknowledge", User = "u1" });
        Assert.True(await _sink.CopyFactsAsync(
            [new FactRow(1, DateTimeOffset.UtcNow, "allocation.requested", Subject, "acme", "{\"slots\":1}", Trace, "c1")]));
        await _sink.FlushAsync();
    }

    public async Task DisposeAsync() => await Sink.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    private static CanonicalLine Line(string route, int milliseconds, ActivityTraceId? trace = null) => new()
    {
        TraceId = trace ?? ActivityTraceId.CreateRandom(),
        SpanId = ActivitySpanId.CreateRandom(),
        Service = "api",
        Name = $"GET {route}",
        Kind = ActivityKind.Server,
        StartUnixNanos = (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks * 100,
        DurationNanos = milliseconds * 1_000_000L,
        LineKind = CanonicalLine.Request,
        Surface = "public",
        Method = "GET",
        Route = route,
        StatusCode = 200,
    };

    private void RecordCentral()
    {
        for (var depth = 0; depth <= 100; depth++)
        {
            Sink.Metrics.RecordSimple("queue.depth", depth);
        }

        Heartbeat Beat(string worker, DateTimeOffset time) => new()
        {
            Worker = worker,
            Service = worker,
            Host = "here",
            Pid = 1,
            Time = time,
            Interval = TimeSpan.FromSeconds(15),
            StartedAt = time.AddHours(-1),
        };
        Sink.Record(Beat("api", DateTimeOffset.UtcNow.AddHours(1)));
        Sink.Record(Beat("lost", DateTimeOffset.UtcNow.AddHours(-1)));
        foreach (var (user, name) in (ReadOnlySpan<(string, string)>)
            [("u1", "signed_up"), ("u2", "signed_up"), ("u1", "project_created"), ("u1", "allocation_created")])
        {
            Sink.Track(name, user);
        }
    }
}
