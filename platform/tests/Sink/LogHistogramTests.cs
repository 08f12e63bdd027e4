using Orion.Sink.Rollups;

namespace Orion.Sink.Tests;

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

    [Fact]
    public void Runs_of_neighbours_and_lone_buckets_come_back_from_bytes_as_they_were()
    {
        var random = new Random(4);
        for (var round = 0; round < 2_000; round++)
        {
            // From nearly empty to nearly full, in a range where each value has a bucket of its own.
            var (one, share) = (new LogHistogram(), random.NextDouble());
            var counts = Enumerable.Range(0, 128).Select(_ => random.NextDouble() < share ? 1L << random.Next(0, 40) : 0).ToArray();
            for (var value = 0; value < counts.Length; value++)
            {
                one.Add(value, counts[value]);
            }

            var again = new LogHistogram();
            again.MergeBytes(one.ToBytes());
            Assert.Equal(counts.Sum(), again.Count);
            Assert.Equal(counts, Enumerable.Range(0, 128).Select(v => again.CountUpTo(v) - (v == 0 ? 0 : again.CountUpTo(v - 1))));
        }
    }

    [Fact]
    public void A_bucket_takes_one_byte_beside_its_neighbours_and_two_alone()
    {
        var (run, alone) = (new LogHistogram(), new LogHistogram());
        for (var i = 0; i < 100; i++)
        {
            run.Add(i);
        }

        Assert.Equal([0, 0, 100, .. Enumerable.Repeat((byte)1, 100)], run.ToBytes());
        alone.Add(3, 5);
        alone.Add(10, 6);
        Assert.Equal([3, 5, 7, 6], alone.ToBytes());
    }

    [Fact]
    public void Bytes_of_the_first_versions_which_had_no_runs_are_read_too()
    {
        var histogram = new LogHistogram();
        histogram.MergeBytes([100, 3, 1, 1, 1, 2]);
        Assert.Equal([3, 4, 6], ((long[])[100, 101, 102]).Select(histogram.CountUpTo));
    }

    [Theory]
    [InlineData(new byte[] { 5, 0 })]
    [InlineData(new byte[] { 5, 0, 0 })]
    [InlineData(new byte[] { 5, 0, 2, 1 })]
    [InlineData(new byte[] { 5, 0, 0xBC, 0x1F, 1 })]
    [InlineData(new byte[] { 5, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 1 })]
    [InlineData(new byte[] { 5, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1 })]
    [InlineData(new byte[] { 5 })]
    [InlineData(new byte[] { 5, 0x80 })]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 1, 1 })]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 1 })]
    [InlineData(new byte[] { 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1, 1 })]
    public void Bytes_that_are_no_histogram_are_refused(byte[] bytes) =>
        Assert.Throws<FormatException>(() => new LogHistogram().MergeBytes(bytes));
}
