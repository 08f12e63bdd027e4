using Orion.LoadTesting.Measuring;

namespace Orion.LoadTesting.Tests;

public sealed class HistogramTests
{
    [Fact]
    public void A_percentile_is_within_a_tenth_of_a_percent_of_the_sorted_array()
    {
        var random = new Random(4711);
        var values = Enumerable.Range(0, 1_000_000).Select(_ => (long)Math.Exp(random.NextDouble() * 20)).ToArray();
        var histogram = Of(values);
        Array.Sort(values);

        foreach (var percent in (double[])[0.1, 1, 25, 50, 75, 90, 95, 99, 99.9, 99.99, 100])
        {
            var exact = values[(int)Math.Ceiling(percent / 100 * values.Length) - 1];
            Assert.InRange(histogram.Percentile(percent), exact, exact * 1.001);
        }
    }

    [Fact]
    public void Merging_does_not_depend_on_the_order()
    {
        var random = new Random(1);
        long[] Some() => [.. Enumerable.Range(0, 1000).Select(_ => random.NextInt64(0, 5_000_000))];
        long[][] parts = [Some(), Some(), Some()];

        var leftFirst = Of(parts[0]);
        leftFirst.Add(Of(parts[1]));
        leftFirst.Add(Of(parts[2]));
        var right = Of(parts[1]);
        right.Add(Of(parts[2]));
        right.Add(Of(parts[0]));
        var together = Of([.. parts.SelectMany(p => p)]);

        foreach (var percent in (double[])[0.1, 10, 50, 95, 99, 100])
        {
            Assert.Equal(together.Percentile(percent), leftFirst.Percentile(percent));
            Assert.Equal(together.Percentile(percent), right.Percentile(percent));
        }

        Assert.Equal(together.Count, right.Count);
        Assert.Equal((together.Min, together.Max, together.AtOrAbove(1_000_000)), (right.Min, right.Max, right.AtOrAbove(1_000_000)));
        Assert.Equal((together.Mean, together.StandardDeviation), (right.Mean, right.StandardDeviation));
    }

    [Fact]
    public void Exceedances_of_an_exact_limit_are_exact_where_its_bucket_is_wide()
    {
        var histogram = Of([999_999, 1_000_000, 1_000_001]);

        Assert.Equal(2, histogram.AtOrAbove(1_000_000));
        Assert.Throws<ArgumentException>(() => histogram.AtOrAbove(999_999));
    }

    [Fact]
    public void Numbers_out_of_range_count_as_the_nearest_in_range_and_none_is_lost()
    {
        var histogram = Of([-5, Histogram.Largest, long.MaxValue]);
        histogram.Add(Of([-1]));

        Assert.Equal((4, 0, Histogram.Largest, 3), (histogram.Count, histogram.Min, histogram.Max, histogram.OutOfRange));
        Assert.Equal(Histogram.Largest, histogram.Percentile(100));
    }

    [Theory]
    [InlineData(95, 11, 11)]
    [InlineData(95, 71, 68)]
    [InlineData(99, 100, 99)]
    [InlineData(50, 1, 1)]
    public void A_percentile_stands_at_the_first_rank_that_reaches_its_share(double percent, int count, int expected) =>
        Assert.Equal(expected, Of(Enumerable.Range(1, count).Select(i => (long)i)).Percentile(percent));

    [Fact]
    public void Recording_allocates_nothing()
    {
        var histogram = Of(Enumerable.Range(0, 10_000).Select(i => i * 997L));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10_000; i++)
        {
            histogram.Record(i * 997L);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Merging_with_nothing_changes_nothing()
    {
        var histogram = Of([7, 9]);
        histogram.Add(Of([]));
        var empty = Of([]);
        empty.Add(histogram);

        Assert.Equal((2, 7, 9), (histogram.Count, histogram.Min, histogram.Max));
        Assert.Equal((2, 7, 9), (empty.Count, empty.Min, empty.Max));
    }

    private static Histogram Of(IEnumerable<long> values)
    {
        var histogram = new Histogram(1_000_000);
        foreach (var value in values)
        {
            histogram.Record(value);
        }

        return histogram;
    }
}
