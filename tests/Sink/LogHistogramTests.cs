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

    [Theory]
    [InlineData(new byte[] { 5 })]
    [InlineData(new byte[] { 5, 0x80 })]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 1, 1 })]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 1 })]
    [InlineData(new byte[] { 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1, 1 })]
    public void Bytes_that_are_no_histogram_are_refused(byte[] bytes) => Assert.Throws<FormatException>(() => new LogHistogram().MergeBytes(bytes));
}
