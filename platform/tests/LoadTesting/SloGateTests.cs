using Orion.LoadTesting.Gate;
using Orion.LoadTesting.Measuring;

namespace Orion.LoadTesting.Tests;

public sealed class SloGateTests
{
    [Fact]
    public void A_quick_complete_run_passes()
    {
        var result = Judge(Calls(1000, 20));

        Assert.All(result.Verdicts, v => Assert.Equal(Outcome.Pass, v.Outcome));
        Assert.Equal(ExitCodes.Pass, result.ExitCode);
    }

    [Fact]
    public void No_samples_are_invalid_and_never_a_pass()
    {
        var result = Judge(_ => { });

        Assert.Equal(Outcome.Invalid, Of(result, Examples.P95.Name).Outcome);
        Assert.Equal(Outcome.Invalid, Of(result, Examples.P99.Name).Outcome);
        Assert.Equal(Outcome.Invalid, Of(result, Examples.Errors.Name).Outcome);
        Assert.Equal(ExitCodes.Invalid, result.ExitCode);
    }

    [Theory]
    [InlineData(58, Outcome.Invalid, Outcome.Invalid)]
    [InlineData(59, Outcome.Pass, Outcome.Invalid)]
    [InlineData(298, Outcome.Pass, Outcome.Invalid)]
    [InlineData(299, Outcome.Pass, Outcome.Pass)]
    internal void A_percentile_needs_enough_samples_to_be_believed(int samples, Outcome p95, Outcome p99)
    {
        var result = Judge(Calls(samples, 20));

        Assert.Equal((p95, p99), (Of(result, Examples.P95.Name).Outcome, Of(result, Examples.P99.Name).Outcome));
    }

    [Fact]
    public void A_scenario_that_did_not_run_makes_the_run_invalid()
    {
        var measurement = Measured(Calls(1000, 20));

        var result = Judge(measurement, "calls", "forgotten");

        Assert.Equal(Outcome.Invalid, Of(result, "run valid: forgotten").Outcome);
        Assert.Equal(ExitCodes.Invalid, result.ExitCode);
    }

    [Theory]
    [InlineData(299.999, Outcome.Pass)]
    [InlineData(300.0, Outcome.Fail)]
    internal void A_percentile_at_the_limit_fails(double ms, Outcome expected) =>
        Assert.Equal(expected, Of(Judge(Calls(1000, ms)), Examples.P95.Name).Outcome);

    [Theory]
    [InlineData(50, Outcome.Pass)]
    [InlineData(51, Outcome.Fail)]
    internal void Five_in_a_hundred_may_be_slow_and_not_one_more(int slow, Outcome expected)
    {
        var result = Judge(m =>
        {
            Calls(1000 - slow, 20)(m);
            Calls(slow, 300)(m);
        });

        Assert.Equal(expected, Of(result, Examples.P95.Name).Outcome);
    }

    [Fact]
    public void Quick_failures_count_as_timeouts_and_fail_every_slo()
    {
        var result = Judge(m =>
        {
            for (var i = 0; i < 1000; i++)
            {
                m.Recorded("call", TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1), failed: true);
            }
        });

        Assert.Equal(Outcome.Fail, Of(result, Examples.P95.Name).Outcome);
        Assert.Equal(Outcome.Fail, Of(result, Examples.P99.Name).Outcome);
        Assert.Equal(Outcome.Fail, Of(result, Examples.Errors.Name).Outcome);
        Assert.Equal(ExitCodes.Failed, result.ExitCode);
    }

    [Theory]
    [InlineData(9, Outcome.Pass)]
    [InlineData(10, Outcome.Fail)]
    internal void The_error_budget_goes_by_counts_and_is_strict(int failures, Outcome expected)
    {
        var result = Judge(m =>
        {
            Calls(10_000 - failures, 20)(m);
            for (var i = 0; i < failures; i++)
            {
                m.Recorded("call", TimeSpan.Zero, TimeSpan.Zero, failed: true);
            }
        });

        Assert.Equal(expected, Of(result, Examples.Errors.Name).Outcome);
    }

    [Fact]
    public void A_generator_that_was_late_measured_itself_and_cannot_tell()
    {
        var measurement = new Measurement(Examples.Timeout, Examples.All);
        Calls(1000, 20)(measurement);
        Starts(measurement, 100, lag: TimeSpan.FromMilliseconds(51));

        var result = Judge(measurement, "calls");

        Assert.Equal(Outcome.Invalid, Of(result, Examples.P95.Name).Outcome);
        Assert.Equal(Outcome.Invalid, Of(result, Examples.P99.Name).Outcome);
        Assert.Equal(ExitCodes.Invalid, result.ExitCode);
    }

    [Fact]
    public void A_late_generator_does_not_excuse_what_the_service_times_break_as_well()
    {
        var measurement = new Measurement(Examples.Timeout, Examples.All);
        Calls(1000, 400)(measurement);
        Starts(measurement, 100, lag: TimeSpan.FromMilliseconds(51));

        var result = Judge(measurement, "calls");

        Assert.Equal(Outcome.Fail, Of(result, Examples.P95.Name).Outcome);
    }

    [Theory]
    [InlineData(99, Outcome.Pass)]
    [InlineData(98, Outcome.Invalid)]
    internal void A_run_that_started_too_few_of_its_iterations_in_time_is_invalid(int inTime, Outcome expected)
    {
        var measurement = new Measurement(Examples.Timeout, Examples.All);
        Calls(1000, 20)(measurement);
        Starts(measurement, inTime);
        Starts(measurement, 100 - inTime, withinPlan: false);

        Assert.Equal(expected, Of(Judge(measurement, "calls"), "run valid: calls").Outcome);
    }

    [Fact]
    public void A_failed_slo_outweighs_what_could_not_be_told()
    {
        var measurement = Measured(Calls(1000, 400));

        var result = Judge(measurement, "calls", "forgotten");

        Assert.Equal(ExitCodes.Failed, result.ExitCode);
    }

    [Fact]
    public void Wilsons_interval_matches_its_published_example()
    {
        // Newcombe 1998, table I: 81 of 263 gives 0.2553 to 0.3662.
        var (low, high) = Interval.WilsonBounds(81, 263);

        Assert.Equal((0.2553, 0.3662), (Math.Round(low, 4), Math.Round(high, 4)));
        Assert.Equal((0, 1), Interval.WilsonBounds(0, 0));
    }

    [Fact]
    public void The_smallest_sample_of_a_percentile_follows_from_95_percent_confidence()
    {
        Assert.Equal((59, 299), (Examples.P95.MinSamples, Examples.P99.MinSamples));
        Assert.Equal(2995, new LatencyObjective("p999", 99.9, TimeSpan.FromSeconds(1)).MinSamples);
    }

    private static Action<Measurement> Calls(int count, double ms) => measurement =>
    {
        for (var i = 0; i < count; i++)
        {
            measurement.Recorded("call", TimeSpan.FromMilliseconds(ms), TimeSpan.FromMilliseconds(ms), failed: false);
        }
    };

    private static void Starts(Measurement measurement, int count, bool withinPlan = true, TimeSpan lag = default)
    {
        for (var i = 0; i < count; i++)
        {
            measurement.Started("calls", withinPlan, lag, waitedForCopy: false);
        }
    }

    private static Measurement Measured(Action<Measurement> record)
    {
        var measurement = new Measurement(Examples.Timeout, Examples.All);
        record(measurement);
        Starts(measurement, 100);
        return measurement;
    }

    private static GateResult Judge(Action<Measurement> record) => Judge(Measured(record), "calls");

    /// <summary>Each of the scenarios was to start 100 iterations.</summary>
    private static GateResult Judge(Measurement measurement, params string[] scenarios) =>
        SloGate.Judge(measurement.ToRun(scenarios.ToDictionary(s => s, _ => 100L)), Examples.All, []);

    private static Verdict Of(GateResult result, string name) => Assert.Single(result.Verdicts, v => v.Name == name);
}
