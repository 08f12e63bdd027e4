using Orion.Sink.Otlp;
using Orion.Sink.Rows;

namespace Orion.Sink.Tests;

/// <summary>
/// Totals become what was added, by OpenTelemetry's rules for resets, gaps and overlap; and what is remembered of them is bounded.
/// </summary>
public sealed class OtlpTotalsTests
{
    private const ulong Listening = 1_000_000_000_000_000_000;
    private const ulong Second = 1_000_000_000;

    private readonly OtlpTotals _totals = new((long)Listening);

    [Fact]
    public void A_sequence_that_began_since_we_listen_counts_from_its_beginning_and_an_older_one_from_its_second_total()
    {
        Assert.Equal([10.0, 5.0], [Added(1, start: 1, time: 2, value: 10), Added(1, start: 1, time: 3, value: 15)]);
        Assert.Equal([null, 5.0], [Added(2, start: -9, time: 2, value: 10), Added(2, start: -9, time: 3, value: 15)]);
    }

    [Fact]
    public void A_total_that_is_less_with_the_same_start_is_late_or_wrong_and_never_counted()
    {
        Assert.Equal([10.0, 10.0], [Added(1, 1, 2, 10), Added(1, 1, 3, 20)]);
        Assert.Equal(OtlpTotals.Less, Refused(1, 1, 4, 10));
        Assert.Equal(OtlpTotals.Late, Refused(1, 1, 2, 10));
        Assert.Equal(OtlpTotals.Late, Refused(1, 1, 2, 25));
        Assert.Equal(10.0, Added(1, 1, 5, 30));
    }

    [Fact]
    public void A_total_sent_twice_counts_once()
    {
        Assert.Equal([10.0, null, 2.0], [Added(1, 1, 2, 10), Added(1, 1, 2, 10), Added(1, 1, 3, 12)]);
    }

    [Fact]
    public void A_new_sequence_counts_whole_when_it_began_after_the_last_point_of_the_one_before()
    {
        Assert.Equal([10.0, 4.0, 1.0], [Added(1, 1, 2, 10), Added(1, 3, 4, 4), Added(1, 3, 5, 5)]);
        Assert.Equal([7.0, 2.0], [Added(1, 5, 6, 7), Added(1, 5, 7, 9)]);
    }

    [Fact]
    public void A_sequence_that_overlaps_another_is_refused_and_counts_from_there_on_only()
    {
        Assert.Equal(10.0, Added(1, 1, 10, 10));
        Assert.Equal(OtlpTotals.Overlaps, Refused(1, 5, 11, 5_000));
        Assert.Equal(OtlpTotals.Overlaps, Refused(1, 1, 12, 11));
        Assert.Equal(1.0, Added(1, 5, 13, 5_001));
    }

    [Fact]
    public void A_total_whose_start_is_not_known_counts_from_the_next_one_on()
    {
        Assert.Equal([null, 10.0, null, 3.0], [Added(1, null, 1, 10), Added(1, null, 2, 20), Added(1, null, 3, 5), Added(1, null, 4, 8)]);

        // OpenTelemetry's other way to say so: start and time are the same.
        Assert.Equal([null, 2.0], [Added(1, 5, 5, 100), Added(1, 5, 6, 102)]);
        Assert.Equal([null, 1.0], [Added(2, 5, 5, 100), Added(2, 5, 6, 101)]);
    }

    [Fact]
    public void Deltas_count_in_any_order_and_each_stretch_of_time_once()
    {
        Assert.Equal([1.0, 1.0, 1.0],
            [Added(1, 0, 10, 1, delta: true), Added(1, 20, 30, 1, delta: true), Added(1, 10, 20, 1, delta: true)]);
        Assert.Equal(OtlpTotals.DeltaOverlaps, Refused(1, 0, 10, 1, delta: true));
        Assert.Equal(OtlpTotals.DeltaOverlaps, Refused(1, 5, 40, 1, delta: true));
        Assert.Equal([1.0, 1.0], [Added(1, 30, 40, 1, delta: true), Added(1, null, 35, 1, delta: true)]);
        for (var gap = 50; gap < 300; gap += 10)
        {
            Assert.Equal(1.0, Added(1, gap, gap + 5, 1, delta: true));
        }

        Assert.Equal(OtlpTotals.DeltaOverlaps, Refused(1, 0, 10, 1, delta: true));
    }

    [Fact]
    public void Twenty_thousand_and_one_unchanged_totals_exported_three_times_count_once()
    {
        var added = 0.0;
        for (var export = 1; export <= 3; export++)
        {
            for (var series = 0; series <= 20_000; series++)
            {
                added += Added((UInt128)series, 1, 1 + export, 1) ?? 0;
            }
        }

        Assert.Equal(20_001, added);
    }

    [Fact]
    public void A_live_series_is_never_forgotten_and_one_too_many_is_refused()
    {
        var totals = new OtlpTotals((long)Listening, maxBytes: 10_000);
        var first = Fill(totals, now: 1);
        var minutes = OtlpTotals.IdleNanos / UnixTime.Second;

        // All but the first are heard of again, and then there is room for one more, in place of the first.
        for (var series = 1; series < first; series++)
        {
            Assert.Equal(1.0, Added((UInt128)series, 1, 20, 2, totals: totals, now: 20));
        }

        Assert.Equal(5.0, Added(99_999, 30, (int)minutes + 2, 5, totals: totals, now: minutes + 2));
        Assert.Equal(first, totals.Count);
        Assert.Equal(OtlpTotals.Full, Refused(99_998, 30, (int)minutes + 3, 5, totals: totals, now: minutes + 3));
        Assert.Equal(1.0, Added(1, 1, (int)minutes + 4, 3, totals: totals, now: minutes + 4));
    }

    [Fact]
    public void A_forgotten_series_begins_anew_without_counting_what_may_have_been_counted_before()
    {
        var totals = new OtlpTotals((long)Listening, maxBytes: 10_000);
        var count = Fill(totals, now: 1);
        var later = (int)(OtlpTotals.IdleNanos / UnixTime.Second) + 10;
        Assert.Equal(1.0, Added(50_000, 5, later, 1, totals: totals, now: later));

        // The first made room. It comes again; nobody knows any more how much of it is new.
        Assert.Null(Added(0, 1, later + 1, 100, totals: totals, now: later + 1));
        Assert.Equal(7.0, Added(0, 1, later + 2, 107, totals: totals, now: later + 2));
        Assert.Equal(count, totals.Count);
    }

    [Fact]
    public void Deltas_count_also_where_there_is_no_room_to_remember_them()
    {
        var totals = new OtlpTotals((long)Listening, maxBytes: 10_000);
        Fill(totals, now: 1);
        Assert.Equal([3.0, 4.0],
            [Added(70_000, 1, 2, 3, delta: true, totals: totals, now: 2), Added(70_000, 2, 3, 4, delta: true, totals: totals, now: 3)]);
    }

    /// <summary>As many series as there is room for.</summary>
    private int Fill(OtlpTotals totals, long now)
    {
        var series = 0;
        for (OtlpAmount? amount = Number(1, 2, 1);
            totals.Added((UInt128)series, Point(1, 2, 1), Nanos(now), ref amount) is null;
            amount = Number(1, 2, 1))
        {
            series++;
        }

        Assert.InRange(series, 10, 100);
        return series;
    }

    private double? Added(UInt128 series, int? start, int time, double value, bool delta = false, OtlpTotals? totals = null, long now = 100)
    {
        OtlpAmount? amount = Number(start, time, value);
        Assert.Null((totals ?? _totals).Added(series, Point(start, time, value, delta), Nanos(now), ref amount));
        return amount?.Value;
    }

    private string? Refused(UInt128 series, int? start, int time, double value, bool delta = false, OtlpTotals? totals = null,
        long now = 100)
    {
        OtlpAmount? amount = Number(start, time, value);
        return (totals ?? _totals).Added(series, Point(start, time, value, delta), Nanos(now), ref amount);
    }

    private static OtlpAmount Number(int? start, int time, double value) => OtlpAmount.Of(Point(start, time, value));

    private static OtlpPoint Point(int? start, int time, double value, bool delta = false) => new()
    {
        Data = OtlpData.Sum,
        Monotonic = true,
        Temporality = delta ? 1 : 2,
        Value = value,
        Start = start is { } began ? (ulong)Nanos(began) : 0,
        Time = (ulong)Nanos(time),
    };

    private static long Nanos(long seconds) => (long)Listening + (seconds * (long)Second);
}
