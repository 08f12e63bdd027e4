using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Orion.Sink;
using Orion.Sink.Metrics;
using Orion.Sink.Otlp;
using Orion.Sink.Rows;

namespace Orion.OpsPanel.Tests;

/// <summary>Telemetry rows as services would record them.</summary>
internal static class Rows
{
    public static long Nanos(DateTimeOffset at) => (at - DateTimeOffset.UnixEpoch).Ticks * 100;

    public static CanonicalLine Request(DateTimeOffset at, double ms, string method = "GET",
        string route = "/v1/projects/{projectId}/orders", int status = 200, string tenant = "acme") => new()
        {
            TraceId = ActivityTraceId.CreateRandom(),
            SpanId = ActivitySpanId.CreateRandom(),
            Service = "api",
            Name = $"{method} {route}",
            Kind = ActivityKind.Server,
            StartUnixNanos = Nanos(at),
            DurationNanos = (long)(ms * 1e6),
            LineKind = CanonicalLine.Request,
            Surface = "public",
            Method = method,
            Route = route,
            StatusCode = status,
            Outcome = status >= 500 ? "error" : status >= 400 ? "client_error" : "ok",
            Status = status >= 500 ? SpanStatus.Error : SpanStatus.Unset,
            ErrorType = status >= 500 ? "500" : null,
            ErrorCode = status switch { 404 => "not_found", 500 => "internal", _ => null },
            Tenant = tenant,
            CorrelationId = Guid.NewGuid().ToString("N"),
            Attributes = [new("http.request.method", method), new("http.route", route), new("http.response.status_code", (long)status)],
        };

    public static CanonicalLine Job(SpanRow cause, DateTimeOffset at, double ms, string kind, string service = "worker",
        string? error = null) => new()
        {
            TraceId = ActivityTraceId.CreateRandom(),
            SpanId = ActivitySpanId.CreateRandom(),
            Service = service,
            Name = $"{service}.{kind}",
            Kind = ActivityKind.Consumer,
            StartUnixNanos = Nanos(at),
            DurationNanos = (long)(ms * 1e6),
            LineKind = CanonicalLine.Job,
            Surface = "job",
            Route = kind,
            Outcome = error is null ? "ok" : "error",
            ErrorCode = error,
            Status = error is null ? SpanStatus.Unset : SpanStatus.Error,
            ErrorType = error,
            Tenant = cause.Tenant,
            Links = [new SpanLink(cause.TraceId, cause.SpanId)],
            Attributes = [new("event.type", kind), new("event.id", "jb_01"), new("subject", "order/or_01")],
        };

    public static SpanRow Inner(SpanRow parent, string name, double afterMs, double ms) => new()
    {
        TraceId = parent.TraceId,
        SpanId = ActivitySpanId.CreateRandom(),
        ParentSpanId = parent.SpanId,
        Service = parent.Service,
        Name = name,
        StartUnixNanos = parent.StartUnixNanos + (long)(afterMs * 1e6),
        DurationNanos = (long)(ms * 1e6),
        Tenant = parent.Tenant,
    };

    public static LogRow Log(DateTimeOffset at, string message, LogLevel level = LogLevel.Information, string service = "api",
        SpanRow? within = null) => new()
        {
            UnixNanos = Nanos(at),
            Level = level,
            Service = service,
            Category = "Orion.Sample",
            Message = message,
            TraceId = within?.TraceId ?? default,
            SpanId = within?.SpanId ?? default,
            Tenant = within?.Tenant,
        };

    /// <summary>A histogram of a host's.</summary>
    public static MetricPoint Latency(string host) => new()
    {
        Name = "shop.latency",
        Unit = "ms",
        Kind = MetricKind.Histogram,
        Temporality = MetricTemporality.Delta,
        Service = "shop",
        Resource = new ResourceRow([new("service.name", "shop"), new("host.name", host)]),
        Scope = new ScopeRow("shop.orders", "1.4.0"),
        Value = 1_234.5,
        Count = 4,
        Min = 1,
        Max = 1_000,
        Bounds = [10, 100],
        Buckets = [1, 2, 1],
    };

    /// <summary>Log records of a process of another machine that sends OTLP.</summary>
    public static OtlpHeard Heard(string instance, string host = "machine-2", string sender = "second") => new(
        new ResourceRow([new("service.instance.id", instance), new("host.name", host)]) { Sender = sender }, "worker", OtlpSignal.Logs, 7);

    public static Heartbeat Beat(string service, DateTimeOffset at) => new()
    {
        Worker = $"{service}-1",
        Service = service,
        Host = "host",
        Pid = 4711,
        Time = at,
        Interval = TimeSpan.FromSeconds(15),
        StartedAt = at.AddHours(-3),
        PoolThreads = 6,
        MemoryAllocMb = 24.3,
        MemoryCommittedMb = 61.5,
        GcCount = 12,
        LagP50Ms = 0.3,
        LagP99Ms = 0.4,
        LagMaxMs = 2.1,
        Utilization = 0.375,
    };

    /// <summary>
    /// A request that makes a job, which makes a node task, with their inner spans and logs: one story over three services.
    /// </summary>
    public static (CanonicalLine Request, CanonicalLine Job, CanonicalLine Task) Story(TelemetrySink sink, DateTimeOffset at,
        string? failure = null)
    {
        var request = Request(at, 21, "POST", status: 201);
        var tenant = Inner(request, "api.tenants.resolve", 0.6, 1.8);
        var create = Inner(request, "api.orders.create", 2.9, 16.5);
        var audit = Inner(create, "store.write", 9.1, 6.2);
        var job = Job(create, at.AddMilliseconds(34), 48, "order.provision");
        var place = Inner(job, "worker.nodes.place", 3, 9);
        var hand = Inner(job, "worker.node-tasks.create", 14, 28);
        var task = Job(hand, at.AddMilliseconds(96), 132, "node.start", "node-agent", failure);
        var launch = Inner(task, "node-agent.processes.start", 8, 71);
        var report = Inner(task, "node-agent.reports.send", 84, 41);
        var received = Inner(report, "POST /node/v1/tasks/{id}/report", 6, 30);
        received.Service = "api";
        received.Kind = ActivityKind.Server;
        foreach (var line in new[] { request, job, task })
        {
            sink.Record(line);
        }

        foreach (var span in new[] { tenant, create, audit, place, hand, launch, report, received })
        {
            sink.Record(span);
        }

        sink.Record(Log(at.AddMilliseconds(8), "Order or_01 requested: 1 piece", within: create));
        sink.Record(Log(at.AddMilliseconds(45), "Placed order or_01 on node nd_7", service: "worker", within: place));
        sink.Record(Log(at.AddMilliseconds(170), "Started process 52113 for order or_01", service: "node-agent", within: launch));
        return (request, job, task);
    }
}
