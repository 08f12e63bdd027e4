using Microsoft.Extensions.Logging;
using Orion.Sink.Audit;
using Orion.Sink.Events;
using Orion.Sink.Reading;
using Orion.Sink.Rows;
using Orion.Sink.Segments;
using Orion.Sink.Sql;

namespace Orion.Sink.Tests;

public sealed class FilterTests
{
    private static readonly string[] s_services = ["api", "api", "api", "worker", "rare"];
    private static readonly string?[] s_tenants = ["acme", "acme", "globex", null, "rare"];

    [Fact]
    public async Task Whatever_leads_a_search_for_lines_finds_the_same_rows_in_pages()
    {
        await using var test = new TestSink();
        var random = new Random(3);
        var all = new List<CanonicalLine>();
        for (var i = 0; i < 1_500; i++)
        {
            var line = test.Line($"/v1/{random.Next(6)}", random.Next(3_000), s_services[random.Next(s_services.Length)]);
            (line.StartUnixNanos, line.Tenant) = (test.Now + (i * 1_000L), s_tenants[random.Next(s_tenants.Length)]);
            line.Status = random.Next(9) == 0 ? SpanStatus.Error : SpanStatus.Unset;
            line.Links = i % 3 == 0
                ? [new SpanLink(System.Diagnostics.ActivityTraceId.CreateRandom(), System.Diagnostics.ActivitySpanId.CreateRandom())]
                : [];
            all.Add(line);
            test.Sink.Record(line);
        }

        await test.Sink.FlushAsync();
        all.Reverse();
        for (var i = 0; i < 60; i++)
        {
            var query = new TraceQuery
            {
                Service = Maybe(random, s_services[random.Next(5)]),
                Route = Maybe(random, $"/v1/{random.Next(7)}"),
                Tenant = Maybe(random, s_tenants[random.Next(5)]),
                ErrorsOnly = random.Next(3) == 0,
                MinDuration = random.Next(3) == 0 ? TimeSpan.FromMilliseconds(random.Next(2_000)) : null,
                Limit = 40,
            };
            var expected = all.Where(l => (query.Service is null || l.Service == query.Service)
                && (query.Route is null || l.Route == query.Route)
                && (query.Tenant is null || l.Tenant == query.Tenant)
                && (!query.ErrorsOnly || l.Status == SpanStatus.Error)
                && (query.MinDuration is not { } least || l.DurationNanos >= least.Ticks * 100));
            var found = new List<CanonicalLine>();
            do
            {
                var page = await test.Reader.LinesAsync(query);
                found.AddRange(page.Items);
                query = query with { After = page.Next };
            }
            while (query.After is not null);

            Assert.Equal(expected.Select(l => (l.SpanId, l.Links.FirstOrDefault())),
                found.Select(l => (l.SpanId, l.Links.FirstOrDefault())));
        }
    }

    [Fact]
    public async Task Whatever_leads_a_search_for_logs_finds_the_same_rows()
    {
        await using var test = new TestSink();
        var random = new Random(4);
        var all = new List<LogRow>();
        for (var i = 0; i < 800; i++)
        {
            var log = test.Log($"message {random.Next(30)}%", (LogLevel)random.Next(6));
            (log.UnixNanos, log.Service, log.Tenant) = (test.Now + (i * 1_000L), s_services[random.Next(5)], s_tenants[random.Next(5)]);
            all.Add(log);
            test.Sink.Record(log);
        }

        await test.Sink.FlushAsync();
        all.Reverse();
        for (var i = 0; i < 60; i++)
        {
            var query = new LogQuery
            {
                Service = Maybe(random, s_services[random.Next(5)]),
                Tenant = Maybe(random, s_tenants[random.Next(5)]),
                MinLevel = (LogLevel)random.Next(6),
                Text = Maybe(random, $"E {random.Next(30)}%"),
                Limit = 1_000,
            };
            var expected = all.Where(l => (query.Service is null || l.Service == query.Service)
                && (query.Tenant is null || l.Tenant == query.Tenant)
                && l.Level >= query.MinLevel
                && (query.Text is null || l.Message.Contains(query.Text, StringComparison.OrdinalIgnoreCase)));

            Assert.Equal(expected.Select(l => (l.UnixNanos, l.Message)),
                (await test.Reader.LogsAsync(query)).Items.Select(l => (l.UnixNanos, l.Message)));
        }
    }

    [Fact]
    public async Task Every_index_that_a_search_may_be_led_by_is_in_a_new_segment()
    {
        await using var test = new TestSink();
        test.Sink.Record(test.Line());
        await test.Sink.FlushAsync();
        using var segment = Database.OpenReader(SegmentFiles.SegmentPath(test.Directory, UnixTime.DayOf(test.Now), "api"));

        var names = typeof(SegmentSchema).GetFields().Where(f => f.IsLiteral && f.FieldType == typeof(string))
            .Select(f => (string)f.GetRawConstantValue()!).ToList();
        Assert.Equal(13, names.Count);
        Assert.All(names, name =>
            Assert.Equal(1, segment.QueryLong($"SELECT count(*) FROM sqlite_master WHERE type = 'index' AND name = '{name}'")));
        Assert.Equal(SegmentSchema.SlowNanos,
            segment.QueryLong("SELECT substr(sql, instr(sql, '>=') + 3) FROM sqlite_master WHERE name = 'canonical_lines_slow'"));
    }

    [Fact]
    public async Task The_index_on_services_holds_the_others_and_the_processs_own_is_found_without()
    {
        await using var test = new TestSink();
        for (var i = 0; i < 20; i++)
        {
            // The first row of all is somebody else's.
            var line = test.Line(service: i % 10 == 0 ? "rare" : "api");
            line.StartUnixNanos = test.Now + i;
            test.Sink.Record(line);
        }

        await test.Sink.FlushAsync();
        using var segment = Database.OpenReader(SegmentFiles.SegmentPath(test.Directory, UnixTime.DayOf(test.Now), "api"));
        Assert.Equal(1, segment.QueryLong($"SELECT value = 'api' FROM strings WHERE id = {SegmentSchema.FirstText}"));
        Assert.Equal(2, segment.QueryLong("SELECT count(*) FROM canonical_lines INDEXED BY canonical_lines_service WHERE service <> 1"));
        Assert.Equal(2, (await test.Reader.LinesAsync(new TraceQuery { Service = "rare" })).Items.Count);
        Assert.Equal(18, (await test.Reader.LinesAsync(new TraceQuery { Service = "api" })).Items.Count);
    }

    [Fact]
    public async Task What_cannot_be_asked_is_refused_by_name()
    {
        await using var test = new TestSink();
        await test.Sink.FlushAsync();
        var now = test.Time.GetUtcNow();

        await RefusedAsync("limit", () => test.Reader.LinesAsync(new TraceQuery { Limit = 0 }));
        await RefusedAsync("limit", () => test.Reader.LogsAsync(new LogQuery { Limit = 1_001 }));
        await RefusedAsync("limit", () => test.Reader.EventsAsync(new EventQuery { Limit = 1_001 }));
        await RefusedAsync("offset", () => test.Reader.EventsAsync(new EventQuery { Offset = -1 }));
        await RefusedAsync("offset", () => test.Reader.AuditAsync(new AuditQuery { Offset = -1 }));
        await RefusedAsync("limit", () => test.Reader.FactsAsync("a/b", 0));
        await RefusedAsync("limit", () => test.Reader.AlertsAsync(limit: 1_001));
        await RefusedAsync("to", () => test.Reader.LinesAsync(new TraceQuery { From = now, To = now.AddTicks(-1) }));
        await RefusedAsync("to", () => test.Reader.AuditAsync(new AuditQuery { From = now, To = now.AddTicks(-1) }));
        await RefusedAsync("to", () => test.Reader.MetricAsync("m", now, now.AddTicks(-1)));
        await RefusedAsync("to", () => test.Reader.TrackedAsync(now, now.AddTicks(-1)));
        await RefusedAsync("text", () => test.Reader.LinesAsync(new TraceQuery { After = "page 2" }));
        await RefusedAsync("query", () => test.Reader.LogsAsync(new LogQuery { MinLevel = LogLevel.None }));
        await RefusedAsync("window", () => test.Reader.OverviewAsync(TimeSpan.Zero));
    }

    private static async Task RefusedAsync(string parameter, Func<Task> read) =>
        Assert.Equal(parameter, (await Assert.ThrowsAnyAsync<ArgumentException>(read)).ParamName);

    private static T? Maybe<T>(Random random, T value) where T : class? => random.Next(2) == 0 ? value : null;
}
