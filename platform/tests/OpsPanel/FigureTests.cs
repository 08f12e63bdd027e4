using Orion.OpsPanel.Figures;
using Orion.OpsPanel.Overview;
using Orion.Sink.Reading;

namespace Orion.OpsPanel.Tests;

public sealed class FigureTests
{
    [Theory]
    [InlineData(0, "0 ms")]
    [InlineData(0.02, "20 µs")]
    [InlineData(0.42, "0.42 ms")]
    [InlineData(87.4, "87.4 ms")]
    [InlineData(341, "341 ms")]
    [InlineData(1240, "1.24 s")]
    [InlineData(123_000, "2 min 3 s")]
    [InlineData(14_700_000, "4 h 5 min")]
    [InlineData(266_400_000, "3 d 2 h")]
    public void Durations_carry_the_unit_that_suits_them(double ms, string expected) => Assert.Equal(expected, Figure.Milliseconds(ms));

    [Theory]
    [InlineData(0, 0, "0 %")]
    [InlineData(1, 1_000_000, "< 0.01 %")]
    [InlineData(1, 400, "0.25 %")]
    [InlineData(999_999, 1_000_000, "99.9 %")]
    [InlineData(5, 5, "100 %")]
    public void A_share_is_never_rounded_to_none_or_all(long part, long whole, string expected) =>
        Assert.Equal(expected, Figure.Share(part, whole));

    [Theory]
    [InlineData(9_999, "9,999")]
    [InlineData(12_345, "12.3 k")]
    [InlineData(4_560_000, "4.56 M")]
    public void Large_counts_are_shortened(long count, string expected) => Assert.Equal(expected, Figure.Count(count));

    [Fact]
    public void A_long_window_folds_into_a_chart_of_bars_and_keeps_the_worst_minute()
    {
        var start = new DateTimeOffset(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);
        var minutes = Enumerable.Range(0, 1440)
            .Select(i => new MinuteFigures(start.AddMinutes(i), 10, i == 700 ? 3 : 0, i == 700 ? 900 : 20)).ToList();
        var bars = MinuteBuckets.Fold(minutes);
        Assert.Equal(72, bars.Count);
        Assert.Equal((14_400, 3), (bars.Sum(b => b.Count), bars.Sum(b => b.Errors)));
        Assert.Equal(900, bars.Single(b => b.Errors > 0).WorstP95Ms);
        Assert.Equal(TimeSpan.FromMinutes(20), bars[0].Length);
    }
}
