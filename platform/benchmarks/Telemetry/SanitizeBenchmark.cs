using System.Diagnostics;
using Microsoft.Extensions.Options;
using Orion.Redaction;
using Orion.Sink.Rows;
using Orion.Telemetry;
using Orion.Telemetry.Otlp;

namespace Orion.Benchmarks;

/// <summary>What redaction costs a clean span, what the worst input can make of it, and how often it redacts what is no secret.</summary>
internal sealed class SanitizeBenchmark : Benchmark
{
    private const int Rounds = 400;
    private const int PerRound = 1_000;
    private const int Hostile = 65_536;
    private const int Seed = 7;

    public override string Name => "sanitize";

    public override Task<object> RunAsync(string[] arguments)
    {
        var sanitizer = new Sanitizer(Options.Create(new SanitizeOptions()), []);
        Begin();
        var (cleanNs, cleanAlloc) = Clean(new Redactor(sanitizer));
        var wireNs = Wire(new WireRedactor(sanitizer));
        var (hostileMs, _) = WorstHostile(sanitizer);
        var (rate, examples) = FalsePositives(sanitizer);
        var leaks = LeakRate(sanitizer);
        Console.WriteLine($"false positives: {string.Join(", ", examples)}");
        return Task.FromResult<object>(new
        {
            CleanNs = Math.Round(cleanNs, 1),
            CleanAllocBytes = cleanAlloc,
            WireNsPerSpan = Math.Round(wireNs, 1),
            HostileMs = Math.Round(hostileMs, 3),
            FalsePositiveRate = rate,
            LeakRate = leaks,
        });
    }

    private static KeyValuePair<string, object?>[] Attributes() =>
    [
        new("http.request.method", "POST"), new("url.path", "/v1/projects/prj_7f3a9c/orders"), new("http.response.status_code", 201L),
        new("server.address", "api.internal"),
        new("db.system.name", "sqlite"), new("db.operation.name", "INSERT"), new("order_id", "0198f3c2-7b1a-7c3e-9d4f-1a2b3c4d5e6f"),
        new("slots", 4L),
        new("cache.hit", true), new("plan", "pro"),
    ];

    /// <summary>The same clean span on its way out over OTLP, in an export of 512: nanoseconds a span, off the request's thread.</summary>
    private static double Wire(WireRedactor redactor)
    {
        const int Spans = 512;
        var export = new WireBuffer(Spans * 512);
        var resource = export.Open(1);
        var scope = export.Open(2);
        for (var i = 0; i < Spans; i++)
        {
            var span = export.Open(2);
            export.Bytes(1, new byte[16]);
            export.Bytes(2, new byte[8]);
            export.Text(5, "api.orders.create");
            foreach (var (key, value) in Attributes())
            {
                var pair = export.Open(9);
                export.Text(1, key);
                var any = export.Open(2);
                export.Text(1, Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture)!);
                export.Close(any);
                export.Close(pair);
            }

            export.Close(span);
        }

        export.Close(scope);
        export.Close(resource);
        var best = double.MaxValue;
        for (var round = 0; round < Rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            redactor.Clean(export.Written.Span, WireShape.Traces);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalNanoseconds / Spans);
        }

        return best;
    }

    private static (double Nanoseconds, double AllocatedBytes) Clean(Redactor redactor)
    {
        var span = new SpanRow
        {
            TraceId = ActivityTraceId.CreateRandom(),
            SpanId = ActivitySpanId.CreateRandom(),
            Service = "api",
            Name = "api.orders.create",
            Attributes = Attributes(),
        };
        var best = double.MaxValue;
        var allocated = 0L;
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = GC.GetAllocatedBytesForCurrentThread();
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < PerRound; i++)
            {
                redactor.Clean(span);
            }

            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalNanoseconds / PerRound);
            allocated = GC.GetAllocatedBytesForCurrentThread() - bytes;
        }

        return (best, (double)allocated / PerRound);
    }

    private static (double Milliseconds, string Text) WorstHostile(Sanitizer sanitizer)
    {
        string[] seeds =
        [
            "@", "a@", "a@b.", "aaaaaaaaa@bbbbbbb", "://", "://a@", "http://a:b@c/", "eyJ", "eyJa.", "bearer ", "basic ", "basic QUFB",
            "-----BEGIN ", "-----END ", "-----",
            "4", "4 ", "4-", "4111 1111 1111 1111 ", "4111111111111111", "DE89", "DE89 3704 0044 0532 0130 00 ", "GB29NWBK60161331926819 ",
            "AKIA", "ghp_", "ok_", "ok_a1",
            "password=", "password", "token: ", "token\"", "secret=a&", "\"password\":\"", "[REDACTED]", "a", " ", "A1 ",
            "ann@example.com ", "passwd passwd=", "1234567890123 ",
            "authorization: ", "authorization: Basic ", "cookie=", "pin=", "--token ", "<token>", "[token, ", ";token=",
            "\\\"token\\\":\\\"", "token\":\"\\", "\"", "name\",\"value", "token,value=",
            "%41", "%25", "\\u0041", "\\u", "&#64;", "&", "\\", "UGFzc3dvcmQ9aHVudGVyMg==", "UGFzc3dvcmQ9aHVudGVyMg== ", "70617373776f7264",
            "70617373776f7264 ", "41", "QUFB", "abcdefghijklmnopA",
            "1111.1111.", "SG.a1", "glpat-", "eyJeyJ",
        ];
        var all = new List<(double Milliseconds, string Text)>();
        foreach (var seed in seeds)
        {
            var text = string.Concat(Enumerable.Repeat(seed, (Hostile / seed.Length) + 1))[..Hostile];
            var best = double.MaxValue;
            for (var round = 0; round < 30; round++)
            {
                var start = Stopwatch.GetTimestamp();
                sanitizer.Text(text);
                best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }

            all.Add((best, seed));
        }

        all.Sort();
        Console.WriteLine("slowest hostile texts: "
            + string.Join(", ", all.AsEnumerable().Reverse().Take(6).Select(h => $"\"{h.Text}\" {h.Milliseconds:0.000} ms")));
        return all[^1];
    }

    private static (double Rate, IReadOnlyList<string> Examples) FalsePositives(Sanitizer sanitizer)
    {
        // 1,000 of each kind: more than 20,000 values.
        const int Each = 1_000;
        var (count, wrong) = (0, 0);
        var examples = new List<string>();
        foreach (var item in new BenignCorpus(Seed).Cases(Each))
        {
            count++;
            var (before, after) = (Sanitizer.AsText(item.Value), Sanitizer.AsText(sanitizer.Value(item.Key, item.Value)));
            if (before != after)
            {
                wrong++;
                if (examples.Count < 10)
                {
                    examples.Add(before);
                }
            }
        }

        return ((double)wrong / count, examples);
    }

    /// <summary>The part of secrets of which something telling is left, over more than 2,000 in more than 40 carriers.</summary>
    private static double LeakRate(Sanitizer sanitizer)
    {
        const int Each = 100;
        var (count, leaks) = (0, 0);
        foreach (var item in new SecretCorpus(Seed).Cases(Each))
        {
            count++;
            if (item.IsIn(Sanitizer.AsText(sanitizer.Value(item.Key, item.Value))))
            {
                leaks++;
                Console.WriteLine($"leak: {item.Carrier}");
            }
        }

        Console.WriteLine($"secrets: {count}, leaks: {leaks}");
        return (double)leaks / count;
    }
}
