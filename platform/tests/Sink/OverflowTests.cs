using System.Globalization;
using Orion.Sink.Otlp;
using Orion.Sink.Rows;
using Orion.Sink.Segments;
using Orion.Sink.Sql;
using Orion.Sink.Writing;

namespace Orion.Sink.Tests;

public sealed class OverflowTests
{
    [Fact]
    public async Task A_tenant_at_fifty_times_the_others_rate_costs_them_nothing()
    {
        await using var test = new TestSink(o => (o.BufferRows, o.FlushInterval) = (1_000, TimeSpan.FromMilliseconds(50)));
        test.Sink.Record(test.Line());
        await test.Sink.FlushAsync();
        using (Locked(test))
        {
            for (var i = 0; i < 10_000; i++)
            {
                test.Sink.Record(LineOf(test, i % 50 == 0 ? $"quiet-{i % 3}" : "noisy"));
            }
        }

        await test.Sink.FlushAsync();
        using var drops = Database.OpenReader(SegmentFiles.CentralPath(test.Directory));
        using var rows = drops.Prepare("SELECT DISTINCT tenant, reason FROM loss_drops");
        Assert.True(rows.Step());
        Assert.Equal(("noisy", "overflow"), (rows.Text(0), rows.Text(1)));
        Assert.False(rows.Step());
        var loss = await test.LossAsync("lines");
        Assert.True(loss.Dropped > 5_000);
        Assert.Equal((10_001, 0), (loss.Produced, loss.Buffered));
        Assert.Equal(loss.Produced, loss.Stored + loss.Dropped);
    }

    [Fact]
    public void A_full_buffer_shares_its_places_evenly_whatever_the_order_of_arrival()
    {
        foreach (var seed in Enumerable.Range(0, 20))
        {
            var random = new Random(seed);
            var buffer = new StreamBuffer<string>("x", 300, 1 << 20, row => row.Split(':')[0], _ => 0, () => { });
            var offered = new Dictionary<string, int>();
            for (var i = 0; i < 20_000; i++)
            {
                var tenant = random.Next(100) switch
                {
                    < 90 => "a",
                    < 98 => "b",
                    < 99 => "c",
                    _ => $"d{random.Next(5)}",
                };
                offered[tenant] = offered.GetValueOrDefault(tenant) + 1;
                buffer.Offer(string.Create(CultureInfo.InvariantCulture, $"{tenant}:{i}"));
            }

            var kept = buffer.Take().ToArray().GroupBy(r => r.Split(':')[0]).ToDictionary(g => g.Key, g => g.Count());
            Assert.Equal(300, kept.Values.Sum());
            var most = kept.Values.Max();
            // Whoever has less than the largest lost nothing, to within the grain of the lists.
            Assert.All(offered, o => Assert.True(
                kept.GetValueOrDefault(o.Key) >= Math.Min(o.Value, most - 32),
                $"{o.Key}: kept {kept.GetValueOrDefault(o.Key)} of {o.Value}, largest {most}"));
            var account = buffer.Account();
            Assert.Equal((20_000, 19_700), (account.Produced, account.Dropped));
        }
    }

    [Fact]
    public void Bytes_are_bounded_too_and_a_row_too_large_for_the_buffer_is_refused_alone()
    {
        var buffer = new StreamBuffer<string>("x", 1_000, 64 * 1024, _ => null, row => row.Length, () => { });
        buffer.Offer(new string('x', 60_000));
        for (var i = 0; i < 100; i++)
        {
            buffer.Offer(new string('x', 2_000));
        }

        Assert.InRange(buffer.Take().Length, 25, 32);
        Assert.Contains(("too_large", ""), buffer.Account().Drops);
        buffer.Offer("small");
        Assert.Equal(["small"], buffer.Take().ToArray());
    }

    [Fact]
    public void What_rows_share_counts_once_while_any_of_them_is_there()
    {
        const int Units = 128;
        var buffer = Logs(1_000, Units);

        // 14 units, or more than an eighth of the buffer, where a text is a third longer.
        ResourceRow Resource(int length = 3_300) => new([new("host.name", new string('h', length))]);
        var one = Resource();
        for (var i = 0; i < Units - 14; i++)
        {
            buffer.Offer(LogOf("a", one));
        }

        Assert.Equal(0, buffer.Account().Dropped);
        buffer.Offer(LogOf("a", one));
        Assert.Equal([("overflow", "a", 1L)], buffer.Account().Drops.Select(d => (d.Key.Reason, d.Key.Tenant, d.Value)));
        buffer.Take();

        // Each of another resource: eight have no room for a ninth, and one that is too large is refused alone.
        for (var i = 0; i < 20; i++)
        {
            buffer.Offer(LogOf("a", Resource()));
        }

        Assert.Equal(8, buffer.Take().Length);
        buffer.Offer(LogOf("a", Resource(5_000)));
        Assert.Contains(("too_large", "a"), buffer.Account().Drops);
        buffer.Offer(LogOf("a", one, new ScopeRow(new string('s', 3_200))));
        buffer.Offer(LogOf("a", null));
        Assert.Null(Assert.Single(buffer.Take().ToArray()).Resource);
    }

    [Fact]
    public void What_rows_share_is_room_again_when_the_last_of_them_has_gone()
    {
        var random = new Random(7);
        for (var round = 0; round < 30; round++)
        {
            var buffer = Logs(64, 256);
            var resources = Enumerable.Range(0, 6)
                .Select(i => new ResourceRow([new("host.name", new string('h', 100 + (i * 900)))])).ToArray();
            var scopes = Enumerable.Range(0, 3).Select(i => new ScopeRow(new string('s', 10 + (i * 1_000)))).ToArray();
            for (var filling = 0; filling < 3; filling++)
            {
                for (var i = 0; i < 400; i++)
                {
                    var resource = random.Next(4) == 0 ? null : resources[random.Next(6)];
                    buffer.Offer(LogOf($"{(char)('a' + random.Next(5))}", resource, random.Next(2) == 0 ? null : scopes[random.Next(3)]));
                }

                // Did the shared parts of evicted rows stay counted, there would soon be room for a few rows only.
                var taken = buffer.Take().ToArray();
                var foreign = taken.Where(r => r.Resource is not null).ToList();
                var shared = foreign.Select(r => (r.Tenant, Shared: (object)r.Resource!, Size: RowSizes.Of(r.Resource!)))
                    .Concat(foreign.Where(r => r.Scope is not null)
                        .Select(r => (r.Tenant, Shared: (object)r.Scope!, Size: RowSizes.Of(r.Scope!))))
                    .Distinct().Sum(p => 1 + (p.Size / 512));
                var units = taken.Sum(r => 1 + (RowSizes.Of(r) / 512)) + shared;
                Assert.True(taken.Length == 64 || units is > 128 and <= 256, $"{taken.Length} rows, {units} units");
                buffer.CountStored(taken.Length);
            }

            Assert.Equal(0, buffer.Account().Buffered);
        }
    }

    [Fact]
    public async Task Many_small_requests_with_large_resources_are_bounded_as_their_rows_are()
    {
        await using var test = new TestSink(o => (o.BufferBytes, o.FlushInterval) = (1024 * 1024, TimeSpan.FromMinutes(1)));
        test.Sink.Record(test.Line());
        await test.Sink.FlushAsync();
        using (Locked(test))
        {
            for (var i = 0; i < 100; i++)
            {
                var attributes = string.Join(',', Enumerable.Range(0, 4).Select(a =>
                    $$"""{"key":"a{{a}}","value":{"stringValue":"{{new string('x', 8_000)}}"} }"""));
                var body = $$"""
                    {"resourceLogs":[{"resource":{"attributes":[{{attributes}}]},
                    "scopeLogs":[{"logRecords":[{"body":{"stringValue":"small"} }]}]}]}
                    """;
                test.Sink.Accept(new OtlpIngest(test.Time), OtlpSignal.Logs, OtlpEncoding.Json, System.Text.Encoding.UTF8.GetBytes(body));
            }
        }

        await test.Sink.FlushAsync();
        var loss = await test.LossAsync("logs");

        // 64 KB each: 16 of them are a mebibyte. What the writer has taken before it met the lock is another.
        Assert.Equal((100, 0), (loss.Produced, loss.Buffered));
        Assert.InRange(loss.Stored, 14, 34);
        Assert.Equal(loss.Produced, loss.Stored + loss.Dropped);
    }

    [Fact]
    public void Every_row_of_a_taken_buffer_is_there_whatever_was_evicted()
    {
        var random = new Random(3);
        for (var round = 0; round < 50; round++)
        {
            var buffer = new StreamBuffer<string>("x", 64, 40 * 512, row => row[..1], row => row.Length, () => { });
            for (var filling = 0; filling < 3; filling++)
            {
                for (var i = 0; i < 200; i++)
                {
                    buffer.Offer((char)('a' + random.Next(6)) + new string('y', random.Next(2_000)));
                }

                var count = buffer.Count;
                var taken = buffer.Take().ToArray();
                Assert.Equal(count, taken.Length);
                Assert.All(taken, Assert.NotNull);
                Assert.True(taken.Sum(r => 1 + (r.Length / 512)) <= 40);
                buffer.CountStored(taken.Length);
            }

            Assert.Equal(0, buffer.Account().Buffered);
        }
    }

    private static StreamBuffer<LogRow> Logs(int rows, int units) =>
        new("x", rows, units * 512, r => r.Tenant, RowSizes.Of, () => { }, r => new RowSource(r.Resource, r.Scope));

    private static LogRow LogOf(string tenant, ResourceRow? resource, ScopeRow? scope = null) =>
        new() { Service = "shop", Category = "c", Message = "m", Tenant = tenant, Resource = resource, Scope = scope };

    private static CanonicalLine LineOf(TestSink test, string tenant)
    {
        var line = test.Line();
        line.Tenant = tenant;
        return line;
    }

    private static ForeignLock Locked(TestSink test) => new(SegmentFiles.SegmentPath(test.Directory, UnixTime.DayOf(test.Now), "api"));
}
