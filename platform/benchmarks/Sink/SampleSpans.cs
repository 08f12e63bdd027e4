using System.Buffers.Binary;
using System.Diagnostics;
using Orion.Sink.Rows;

namespace Orion.Benchmarks;

/// <summary>Spans as an API's requests give them: traces of eight, each with eight attributes, ids with their second in front.</summary>
internal sealed class SampleSpans(int seed, bool timeOrderedIds = true)
{
    private const int SpansPerTrace = 8;

    private static readonly string[] s_names =
    [
        "api.orders.create", "api.orders.list", "api.tenant.resolve", "store.write", "store.read", "api.outbox.append",
        "api.membership.check", "api.idempotency.claim",
    ];

    private readonly Random _random = new(seed);
    private ActivityTraceId _trace;
    private int _inTrace = SpansPerTrace;

    public SpanRow Next(long startNanos)
    {
        if (_inTrace++ == SpansPerTrace)
        {
            (_trace, _inTrace) = (Trace(startNanos), 1);
        }

        return new SpanRow
        {
            TraceId = _trace,
            SpanId = ActivitySpanId.CreateRandom(),
            ParentSpanId = ActivitySpanId.CreateRandom(),
            Service = "api",
            Name = s_names[_inTrace - 1],
            StartUnixNanos = startNanos,
            DurationNanos = 200_000 + _random.Next(20_000_000),
            Tenant = _random.Next(4) == 0 ? "globex" : "acme",
            Attributes =
            [
                new("db.system.name", "sqlite"), new("db.operation.name", "INSERT"), new("db.collection.name", "orders"),
                new("server.address", "127.0.0.1"),
                new("orion.project_id", $"prj_{_random.Next(100_000):x8}"), new("orion.rows", (long)_random.Next(100)),
                new("orion.retry", false), new("orion.queue_ms", _random.Next(1000) / 100.0),
            ],
        };
    }

    private ActivityTraceId Trace(long startNanos)
    {
        Span<byte> bytes = stackalloc byte[16];
        _random.NextBytes(bytes);
        if (timeOrderedIds)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)(startNanos / 1_000_000_000));
        }

        return ActivityTraceId.CreateFromBytes(bytes);
    }
}


/// <summary>A folder that goes with the measurement.</summary>
internal sealed class ScratchFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("orion-bench-").FullName;

    public long Bytes(string pattern) => new DirectoryInfo(Path).EnumerateFiles(pattern, SearchOption.AllDirectories).Sum(f => f.Length);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
