using Orion.Sink.Central;
using Orion.Sink.Rows;

namespace Orion.Sink.Tests;

/// <summary>Every service that has sent something lately is in the lists of services.</summary>
public sealed class ServiceTests
{
    [Fact]
    public async Task A_service_is_listed_whatever_it_sends_for_a_day()
    {
        await using var test = new TestSink();
        var (log, span) = (test.Log("hello"), test.Span(default));
        (log.Service, span.Service) = ("logs-only", "spans-only");
        test.Sink.Record(log);
        test.Sink.Record(span);
        test.Sink.Record(test.Line(service: "lines"));
        await test.Sink.FlushAsync();
        Assert.Equal(["lines", "logs-only", "spans-only"], await test.Reader.ServicesAsync());

        test.Time.Advance(TimeSpan.FromHours(23));
        var later = test.Log("again");
        later.Service = "logs-only";
        test.Sink.Record(later);
        await test.Sink.FlushAsync();
        test.Time.Advance(TimeSpan.FromHours(3));
        Assert.Equal(["logs-only"], await test.Reader.ServicesAsync());
    }

    [Fact]
    public async Task A_service_is_listed_when_its_rows_are_of_other_days_and_when_the_quota_leaves_no_room_for_them()
    {
        await using var test = new TestSink(o => o.QuotaBytes = 1024 * 1024);
        var late = test.Log("late");
        (late.Service, late.UnixNanos) = ("late", test.Now - (3 * UnixTime.Day));
        test.Sink.Record(late);
        await test.Sink.FlushAsync();
        Assert.Equal(["late"], await test.Reader.ServicesAsync());

        for (var i = 0; i < 1_500; i++)
        {
            test.Sink.Record(test.Log(new string('x', 1_000)));
        }

        await test.TidiedAsync(async () => (await test.Reader.StorageAsync()).OverQuota, "today alone exceeds the quota");
        var dropped = test.Log("dropped");
        dropped.Service = "dropped";
        test.Sink.Record(dropped);
        await test.Sink.FlushAsync();
        Assert.Equal(["api", "dropped", "late"], await test.Reader.ServicesAsync());
    }

    [Fact]
    public async Task Names_are_listed_up_to_a_bound_and_forgotten_after_a_week()
    {
        await using var test = new TestSink();
        await NameAsync(test, "a", ServiceTable.MaxNames + 500);
        Assert.Equal(ServiceTable.MaxNames, (await test.Reader.ServicesAsync()).Count);

        // One that is in the table has its hour set, and a new one has no place until others have gone.
        test.Time.Advance(TimeSpan.FromHours(30));
        await NameAsync(test, "a", 1);
        await NameAsync(test, "b", 1);
        Assert.Equal(["a0"], await test.Reader.ServicesAsync());
        test.Time.Advance(TimeSpan.FromDays(7) - TimeSpan.FromHours(12));
        for (var i = 0; i < 10; i++)
        {
            test.Time.Advance(TimeSpan.FromMinutes(1));
            await NameAsync(test, "a", 1);
        }

        test.Time.Advance(TimeSpan.FromHours(1));
        await NameAsync(test, "b", 2);
        Assert.Equal(["a0", "b0", "b1"], await test.Reader.ServicesAsync());
    }

    private static async Task NameAsync(TestSink test, string name, int services)
    {
        for (var i = 0; i < services; i++)
        {
            var log = test.Log("hello");
            log.Service = $"{name}{i}";
            test.Sink.Record(log);
        }

        await test.Sink.FlushAsync();
    }
}
