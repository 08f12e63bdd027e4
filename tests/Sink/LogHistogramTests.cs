namespace OrionPlatform.Sink.Tests;

public sealed class LogHistogramTests
{
    [Fact]
    public void Merged_from_bytes_it_has_the_values_of_both_within_one_percent()
    {
        var random = new Random(9);
        var (merged, values) = (new LogHistogram(), new List<long>());
        for (var part = 0; part < 20; part++)
        {
            var one = new LogHistogram();
            for (var i = 0; i < 500; i++)
            {
                var value = (long)Math.Exp(random.NextDouble() * 40);
                one.Add(value, times: part == 0 ? 1_000 : 1);
                values.AddRange(Enumerable.Repeat(value, part == 0 ? 1_000 : 1));
            }

            merged.MergeBytes(one.ToBytes());
        }

        values.Sort();
        Assert.Equal(values.Count, merged.Count);
        foreach (var quantile in new[] { 0.001, 0.01, 0.5, 0.9, 0.99, 1.0 })
        {
            var exact = values[(int)Math.Ceiling(quantile * values.Count) - 1];
            Assert.InRange(merged.Quantile(quantile), exact * 0.99, exact * 1.01);
        }

        var again = new LogHistogram();
        again.Add(long.MaxValue);
        again.Clear();
        again.MergeBytes(merged.ToBytes());
        Assert.Equal(merged.ToBytes(), again.ToBytes());
    }

    [Fact]
    public void Numbers_of_any_size_are_kept_within_one_percent_and_lie_where_integers_do()
    {
        for (var exponent = 7; exponent < 127; exponent++)
        {
            var value = Math.ScaleB(1.7, exponent);
            var histogram = new LogHistogram();
            histogram.Add(value);
            Assert.InRange(histogram.Quantile(1), value * 0.99, value * 1.01);
            if (exponent < 62)
            {
                var whole = new LogHistogram();
                whole.Add((long)value);
                Assert.Equal(whole.ToBytes(), histogram.ToBytes());
            }
        }

        var edges = new LogHistogram();
        foreach (var value in new[] { -1.0, 0.4, 127.6, 1e300 })
        {
            edges.Add(value);
        }

        var again = new LogHistogram();
        again.MergeBytes(edges.ToBytes());
        Assert.Equal([0, 0, 129, Math.ScaleB(127.5, 121)], new[] { 0.25, 0.5, 0.75, 1 }.Select(again.Quantile));
    }

    [Theory]
    [InlineData(new byte[] { 5 })]
    [InlineData(new byte[] { 5, 0x80 })]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 1, 1 })]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 1 })]
    [InlineData(new byte[] { 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1, 1 })]
    public void Bytes_that_are_no_histogram_are_refused(byte[] bytes) => Assert.Throws<FormatException>(() => new LogHistogram().MergeBytes(bytes));
}
